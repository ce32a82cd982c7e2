import { isIP, isIPv4, isIPv6 } from 'node:net';

/** A name, an IPv4 address, or an IPv6 address in brackets, with or without a port. */
const HOST = /^([\w.-]{1,253}|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/i;

const LABEL = /^[\w-]{1,63}$/;

const LOCALHOST = /^(?:[\w-]+\.)*localhost$/;

/**
 * The host in a `Host` header, in lower case, without its port: `localhost`, `127.0.0.1`, `[::1]`.
 *
 * @returns `undefined` if it is not valid: for example with a user, an empty port or a second colon.
 */
export function hostNameOf(header: string): string | undefined {
  return HOST.exec(header)?.[1]?.toLowerCase();
}

/** The address of a host; `undefined` if the host is a name. */
export function addressOfHost(host: string): string | undefined {
  const bare = host.startsWith('[') ? host.slice(1, -1) : host;
  return isIP(bare) === 0 || isIPv6(bare) !== host.startsWith('[') ? undefined : bare;
}

/** `localhost` and all names below it, which are always loopback: RFC 6761, section 6.3. */
export function isLocalhost(host: string): boolean {
  return LOCALHOST.test(host);
}

/** Whether this is valid in the option `allowedHosts`: a host without a port. */
export function isHostName(value: unknown): value is string {
  if (typeof value !== 'string' || hostNameOf(value) !== value.toLowerCase()) return false;
  if (value.startsWith('[')) return addressOfHost(value) !== undefined;
  const labels = value.split('.');
  // "1.2.3" and "10.0.0.256" are neither: some programs read them as addresses.
  return isIPv4(value) || (labels.every((label) => LABEL.test(label)) && /[a-z_]/i.test(labels.at(-1) ?? ''));
}
