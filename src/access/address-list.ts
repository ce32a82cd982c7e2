import { BlockList, isIP, isIPv4, SocketAddress } from 'node:net';

const CIDR = /^([0-9a-f:.]{2,45})(?:\/(0|[1-9]\d{0,2}))?$/i;

/**
 * Addresses and networks, such as `10.0.0.0/8`, `192.168.1.7` or `fd00::/8`. An IPv4 address that is mapped into
 * IPv6 (`::ffff:10.0.0.1`) counts as that IPv4 address, and is in no IPv6 network.
 */
export class AddressList {
  /** Separate, because in a BlockList IPv4 addresses are part of `::/0`. */
  private readonly networks = { ipv4: new BlockList(), ipv6: new BlockList() };
  /** Whether it contains a network with all addresses. */
  readonly isEverybody: boolean;

  /** @param entries each accepted by {@link isNetwork}. */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      const [text = '', prefix] = entry.split('/');
      const address = unmapped(text);
      const family = familyOf(address);
      if (prefix === undefined) this.networks[family].addAddress(address, family);
      else this.networks[family].addSubnet(address, Number(prefix), family);
    }
    this.isEverybody = entries.some((entry) => entry.endsWith('/0'));
  }

  /** `false` for a string that is not an address, or that has a zone (`fe80::1%eth0`). */
  has(address: string): boolean {
    if (isIP(address) === 0 || address.includes('%')) return false;
    const bare = unmapped(address);
    return this.networks[familyOf(bare)].check(bare, familyOf(bare));
  }
}

/**
 * An address, or a network whose address has no bit set after the prefix: `10.1.2.3/8` is refused, because `10.1.2.3/32` may
 * have been meant.
 */
export function isNetwork(entry: unknown): entry is string {
  const [, address, prefix] = (typeof entry === 'string' ? CIDR.exec(entry) : null) ?? [];
  if (address === undefined || isIP(address) === 0) return false;
  // Mapped addresses must be written as IPv4.
  if (unmapped(address) !== canonical(address)) return false;
  return prefix === undefined || isFirstOf(address, Number(prefix));
}

/** Whether this is the first address of its network: no bit is set after the prefix. */
function isFirstOf(address: string, prefix: number): boolean {
  const bits = bitsOf(address);
  if (prefix > bits.length) return false;
  return !bits.slice(prefix).includes('1');
}

/** An address in binary: 32 or 128 digits. */
function bitsOf(address: string): string {
  if (isIPv4(address)) return address.split('.').map(byteBits).join('');
  const [head, tail] = canonical(address).split('::');
  const [start, end] = [groupsOf(head), groupsOf(tail)];
  const between = Array.from({ length: 8 - start.length - end.length }, () => '0'.repeat(16));
  return [...start, ...(tail === undefined ? [] : between), ...end].join('');
}

function groupsOf(text = ''): string[] {
  return text
    .split(':')
    .filter((group) => group !== '')
    .flatMap((group) =>
      isIPv4(group) ? [bitsOf(group).slice(0, 16), bitsOf(group).slice(16)] : [hexGroup(group)],
    );
}

function byteBits(byte: string): string {
  return binary(Number(byte), 8);
}

function hexGroup(group: string): string {
  return binary(Number.parseInt(group, 16), 16);
}

function binary(value: number, digits: number): string {
  return value.toString(2).padStart(digits, '0');
}

/** An IPv6 address in canonical form: lower case, the longest run of zeros shortened. */
function canonical(address: string): string {
  return isIPv4(address) ? address : new SocketAddress({ address, family: 'ipv6' }).address;
}

function unmapped(address: string): string {
  const text = canonical(address);
  const mapped = text.startsWith('::ffff:') ? text.slice('::ffff:'.length) : '';
  return isIPv4(mapped) ? mapped : text;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6';
}
