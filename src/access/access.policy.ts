import type { IncomingMessage } from 'node:http';
import { inspect } from 'node:util';
import { forwardedFor } from '../common/http/forwarded-for.js';
import type { LocalityResolver } from '../common/http/locality.js';
import type { ResolvedAccessOptions } from './access.options.js';
import { AddressList } from './address-list.js';
import { forwardedAddresses } from './forwarded.js';
import { addressOfHost, hostNameOf, isLocalhost } from './host-name.js';
import type { AccessDecision, AccessGranted, AccessDenied } from './access-decision.js';
import { denied } from './access-decision.js';
import type { Peer } from './peer.js';
import { peerOf } from './peer.js';
import type { ProxyHeader, RequestEvidence } from './request-evidence.js';
import { evidenceOf } from './request-evidence.js';

/** Node drops headers after the first 1000, and with them perhaps the one that a proxy has added last. */
const MAX_HEADERS = 200;

/** A request with more hops is assumed to be in a loop of proxies. */
const MAX_HOPS = 100;

/**
 * Decides whether a request is allowed, by its socket and then by its headers. A header can remove access and never grant it;
 * the token is the only exception.
 *
 * All checks use what was received over the network, so that `trust proxy`, middleware and the router of the application
 * cannot change the decision.
 */
export class AccessPolicy {
  constructor(
    private readonly options: ResolvedAccessOptions,
    private readonly localities: LocalityResolver,
  ) {}

  /** Whether the built-in rules allow a request. */
  decide(request: IncomingMessage): AccessDecision {
    const evidence = evidenceOf(request);
    const peer = peerOf(request);
    const byToken = this.checkToken(evidence);
    if (byToken !== undefined) return byToken;
    if (evidence.count > MAX_HEADERS || evidence.count >= peer.maxHeaders) {
      return denied('headers', `${evidence.count} headers`);
    }
    const granted = this.checkPeer(peer);
    if (!granted.allowed) return granted;
    return (
      this.checkProxies(evidence.proxyHeaders) ??
      this.checkHost(evidence, peer, granted) ??
      checkBrowser(evidence, peer) ??
      granted
    );
  }

  /** A request with credentials is decided by those alone: wrong ones are refused from every address. */
  private checkToken({ authorizations }: RequestEvidence): AccessDecision | undefined {
    const { token } = this.options;
    if (token === undefined || authorizations.length === 0) return undefined;
    // With two of them, a proxy may have checked the other one.
    const [only, another] = authorizations;
    const isRight = only !== undefined && another === undefined && token.isIn(only);
    return isRight
      ? { allowed: true, by: 'token' }
      : denied('token', `${authorizations.length} Authorization`);
  }

  private checkPeer({ address, isUnix }: Peer): AccessDecision {
    if (isUnix) {
      return this.options.allowUnix ? { allowed: true, by: 'unix' } : denied('unix', 'a Unix socket');
    }
    if (this.localities.of(address) === 'loopback') return { allowed: true, by: 'loopback' };
    if (address === undefined) return denied('peer', 'a peer without an address');
    return this.options.allow.has(address) ? { allowed: true, by: 'allow' } : denied('peer', quoted(address));
  }

  private checkProxies(headers: readonly ProxyHeader[]): AccessDenied | undefined {
    let hops = 0;
    for (const { kind, name, value } of headers) {
      if (kind === 'proxy') return denied('proxy', name);
      const addresses = kind === 'forwarded' ? forwardedAddresses(value) : forwardedFor(value);
      hops += addresses?.length ?? 0;
      if (addresses === undefined || hops > MAX_HOPS || !addresses.every((hop) => this.isAllowedHop(hop))) {
        return denied('forwarded', `${name}: ${quoted(value)}`);
      }
    }
    return undefined;
  }

  private isAllowedHop(hop: string): boolean {
    return this.localities.ofClaim(hop) === 'loopback' || this.options.allow.has(hop);
  }

  /** HTTP/1 has exactly one `Host`; HTTP/2 may have one in addition to its `:authority`. All must be allowed. */
  private checkHost(
    { hosts, targetHosts }: RequestEvidence,
    peer: Peer,
    { by }: AccessGranted,
  ): AccessDenied | undefined {
    const all = [...hosts, ...targetHosts];
    const isComplete = hosts.length === 1 || (hosts.length > 1 && !peer.isHttp1);
    if (isComplete && all.every((host) => this.isAllowedHost(host, peer, by))) return undefined;
    return denied('host', hosts.length === 0 ? 'no Host' : `Host: ${quoted(all.join(', '))}`);
  }

  private isAllowedHost(header: string, { localAddress }: Peer, by: AccessGranted['by']): boolean {
    const host = hostNameOf(header);
    if (host === undefined) return false;
    if (isLocalhost(host) || this.options.allowedHosts.has(host)) return true;
    const address = addressOfHost(host);
    if (address === undefined) return false;
    if (this.localities.ofClaim(address) === 'loopback') return true;
    // A remote client may use the address that it connected to: DNS cannot make a browser send that to another server.
    return by === 'allow' && localAddress !== undefined && new AddressList([localAddress]).has(address);
  }
}

/** A browser sends the origin of the page that made the request, and a page cannot prevent that. */
function checkBrowser({ fetchSites, origins, hosts }: RequestEvidence, peer: Peer): AccessDenied | undefined {
  const site = fetchSites.find((value) => value !== 'same-origin' && value !== 'none');
  if (site !== undefined) return denied('browser', `Sec-Fetch-Site: ${quoted(site)}`);
  const own = `${peer.isEncrypted ? 'https' : 'http'}://${hosts[0]}`.toLowerCase();
  const origin = origins.find((value) => value.toLowerCase() !== own);
  return origin === undefined ? undefined : denied('browser', `Origin: ${quoted(origin)}`);
}

/** What a client sent, on one line, with control characters escaped. */
function quoted(value: string): string {
  return inspect(value, { maxStringLength: 80, breakLength: Infinity });
}
