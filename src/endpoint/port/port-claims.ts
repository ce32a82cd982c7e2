/**
 * The global property with the addresses that monitors of this process listen on. It is not in this module: with hot reload, and
 * if the package is loaded twice, the monitor that listens belongs to another copy of the module.
 */
const KEY = Symbol.for('nestjs-monitor.ports.1');

/** By address: resolves when the monitor that listens there has closed. */
type Claims = Map<string, Promise<void>>;

/**
 * Records that a monitor of this process listens on an address.
 *
 * @returns a function to call when it no longer does.
 */
export function claimPort(address: string): () => void {
  const claims = (home()[KEY] ??= new Map());
  let settle = (): void => {};
  const released = new Promise<void>((resolve) => (settle = resolve));
  claims.set(address, released);
  return () => {
    if (claims.get(address) === released) claims.delete(address);
    if (claims.size === 0 && home()[KEY] === claims) delete home()[KEY];
    settle();
  };
}

/** Resolves when the monitor of this process that listens there has closed; `undefined` if there is none. */
export function releaseOf(address: string): Promise<void> | undefined {
  return home()[KEY]?.get(address);
}

function home(): Record<symbol, Claims | undefined> {
  return globalThis as unknown as Record<symbol, Claims | undefined>;
}
