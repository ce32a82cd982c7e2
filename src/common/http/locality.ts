import { BlockList, isIP } from 'node:net';

/**
 * Where a peer is: on this machine, on a private network, or elsewhere. `unknown` is a peer without an address, such as
 * one on a Unix socket, and a text that is not an address.
 */
export type Locality = 'loopback' | 'private' | 'public' | 'unknown';

type Range = readonly [network: string, prefix: number, family: 'ipv4' | 'ipv6'];

const LOOPBACK: Range[] = [
  ['127.0.0.0', 8, 'ipv4'],
  ['::1', 128, 'ipv6'],
];

const LINK_LOCAL: Range = ['fe80::', 10, 'ipv6'];

/** RFC 1918, RFC 4193 (unique local) and RFC 4291 (link local). */
const PRIVATE: Range[] = [
  ['10.0.0.0', 8, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['fc00::', 7, 'ipv6'],
  LINK_LOCAL,
];

/** The cache is emptied at this size, so that requests from very many IPv6 addresses cannot fill the memory. */
const MAX_CACHED = 1000;

/**
 * Classifies addresses. IPv4 addresses that are mapped into IPv6 (`::ffff:10.0.0.1`, RFC 4291) are classified as the IPv4
 * addresses that they contain.
 */
export class LocalityResolver {
  private readonly loopback = blockListOf(LOOPBACK);
  private readonly linkLocal = blockListOf([LINK_LOCAL]);
  private readonly private = blockListOf(PRIVATE);
  /** A lookup in a BlockList takes 2.5 µs on Node 20, and a server has few different peers. */
  private readonly cache = new Map<string, Locality>();

  /** The locality of the peer of a socket. */
  of(address: string | undefined): Locality {
    if (address === undefined) return 'unknown';
    let locality = this.cache.get(address);
    if (locality === undefined) {
      locality = this.classify(address);
      if (this.cache.size >= MAX_CACHED) this.cache.clear();
      this.cache.set(address, locality);
    }
    return locality;
  }

  /** The locality of an address in a header. It is not cached, since a client may send any number of different ones. */
  ofClaim(address: string): Locality {
    return this.cache.get(address) ?? this.classify(address);
  }

  private classify(address: string): Locality {
    const version = isIP(address);
    if (version === 0) return 'unknown';
    // Only the address of a link-local peer has a network interface (fe80::1%eth0), and a BlockList does not accept it.
    const zone = address.indexOf('%');
    if (zone >= 0) return this.linkLocal.check(address.slice(0, zone), 'ipv6') ? 'private' : 'unknown';
    const family = version === 4 ? 'ipv4' : 'ipv6';
    if (this.loopback.check(address, family)) return 'loopback';
    return this.private.check(address, family) ? 'private' : 'public';
  }
}

function blockListOf(ranges: readonly Range[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) list.addSubnet(...range);
  return list;
}
