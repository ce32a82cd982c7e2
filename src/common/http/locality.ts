import { BlockList, isIP } from 'node:net';

/**
 * How near a peer is: on this machine, on a private network, or elsewhere. `unknown` is a peer without an
 * address, such as one on a unix socket, or a text that is no address.
 */
export type Locality = 'loopback' | 'private' | 'public' | 'unknown';

const LINK_LOCAL = 'fe80::/10';

/** A cache of so many addresses is emptied: a scan from all over an IPv6 network must not fill the memory. */
const MAX_CACHED = 1000;

/**
 * Tells how near an address is. IPv4 addresses that are mapped into IPv6 (`::ffff:10.0.0.1`, RFC 4291) are the
 * IPv4 addresses that they stand for.
 */
export class LocalityResolver {
  private readonly loopback = rangesOf(['127.0.0.0/8', '::1/128']);
  private readonly linkLocal = rangesOf([LINK_LOCAL]);
  /** RFC 1918, RFC 4193 (unique local) and RFC 4291 (link local). */
  private readonly private = rangesOf([
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16',
    'fc00::/7',
    LINK_LOCAL,
  ]);
  /** Asking a BlockList takes 2.5 µs on Node 20, and the peers of a server are few or come back. */
  private readonly cache = new Map<string, Locality>();

  /** Of the peer of a socket. */
  of(address: string | undefined): Locality {
    if (address === undefined) return 'unknown';
    let locality = this.cache.get(address);
    if (locality === undefined) {
      locality = this.judge(address);
      if (this.cache.size >= MAX_CACHED) this.cache.clear();
      this.cache.set(address, locality);
    }
    return locality;
  }

  /** Of an address that somebody claims. It is not kept: what a header says can be anything, and a lot of it. */
  ofClaim(address: string): Locality {
    return this.cache.get(address) ?? this.judge(address);
  }

  private judge(address: string): Locality {
    const version = isIP(address);
    if (version === 0) return 'unknown';
    // Only a link-local peer comes with its network interface (fe80::1%eth0). A BlockList does not know that form.
    const [bare = '', zone] = address.split('%');
    if (zone !== undefined) return this.linkLocal.check(bare, 'ipv6') ? 'private' : 'unknown';
    const family = version === 4 ? 'ipv4' : 'ipv6';
    if (this.loopback.check(address, family)) return 'loopback';
    return this.private.check(address, family) ? 'private' : 'public';
  }
}

function rangesOf(subnets: string[]): BlockList {
  const ranges = new BlockList();
  for (const subnet of subnets) {
    const [network = '', prefix] = subnet.split('/');
    ranges.addSubnet(network, Number(prefix), isIP(network) === 4 ? 'ipv4' : 'ipv6');
  }
  return ranges;
}
