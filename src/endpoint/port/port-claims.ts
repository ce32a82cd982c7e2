/**
 * Where the addresses are kept that monitors of this process listen on. Not in a module: with hot reload, and where the
 * package is loaded twice, the monitor that listens is of another copy of this one.
 */
const KEY = Symbol.for('nestjs-monitor.ports.1');

/** By address, when the monitor that listens there has closed. */
type Claims = Map<string, Promise<void>>;

/**
 * Notes that a monitor of this process listens on an address.
 *
 * @returns to be called when it does not any more.
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
