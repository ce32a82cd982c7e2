import { isIP, isIPv4, isIPv6 } from 'node:net';

/** A name, an IPv4 address, or an IPv6 address in brackets, with a port or without. */
const HOST = /^([\w.-]{1,253}|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/i;

const LABEL = /^[\w-]{1,63}$/;

const LOCALHOST = /^(?:[\w-]+\.)*localhost$/;

/**
 * The host that a `Host` header names, in lower case, without its port: `localhost`, `127.0.0.1`, `[::1]`.
 *
 * @returns `undefined` for what is none. A user before it, an empty port or a second colon are more than there may be.
 */
export function hostNameOf(header: string): string | undefined {
  return HOST.exec(header)?.[1]?.toLowerCase();
}

/** The address that a host is, if it is none by name. */
export function addressOfHost(host: string): string | undefined {
  const bare = host.startsWith('[') ? host.slice(1, -1) : host;
  return isIP(bare) === 0 || isIPv6(bare) !== host.startsWith('[') ? undefined : bare;
}

/** `localhost` and all names below it, which are loopback everywhere: RFC 6761, section 6.3. */
export function isLocalhost(host: string): boolean {
  return LOCALHOST.test(host);
}

/** What may stand in the option `allowedHosts`: a host without a port. */
export function isHostName(value: unknown): value is string {
  if (typeof value !== 'string' || hostNameOf(value) !== value.toLowerCase()) return false;
  if (value.startsWith('[')) return addressOfHost(value) !== undefined;
  const labels = value.split('.');
  // "1.2.3" and "10.0.0.256" are addresses to some, and names to nobody.
  return isIPv4(value) || (labels.every((label) => LABEL.test(label)) && /[a-z_]/i.test(labels.at(-1) ?? ''));
}
