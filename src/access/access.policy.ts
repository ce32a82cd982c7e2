import type { IncomingMessage } from 'node:http';
import { inspect } from 'node:util';
import { forwardedFor } from '../common/http/forwarded-for.js';
import type { LocalityResolver } from '../common/http/locality.js';
import type { ResolvedAccessOptions } from './access.options.js';
import { AddressList } from './address-list.js';
import { forwardedAddresses } from './forwarded.js';
import { addressOfHost, hostNameOf, isLocalhost } from './host-name.js';
import type { AccessJudgement, AccessGranted, AccessDenied } from './access-decision.js';
import { refused } from './access-decision.js';
import type { Peer } from './peer.js';
import { peerOf } from './peer.js';
import type { ProxyHeader, RequestEvidence } from './request-evidence.js';
import { evidenceOf } from './request-evidence.js';

/** Nobody sends as many. Node drops what is past 1000, and with it perhaps the header that a proxy has added last. */
const MAX_HEADERS = 200;

/** A request that came through more proxies went round in circles. */
const MAX_HOPS = 100;

/**
 * Judges who gets in, by the socket and then by the headers. A header can take access away, never give it, but for
 * the token: whatever a client adds to a request, it is not let in for it.
 *
 * Each question is asked of what came over the wire, so that the application's `trust proxy`, its middleware and its
 * router have no say in the answer.
 */
export class AccessPolicy {
  constructor(
    private readonly options: ResolvedAccessOptions,
    private readonly localities: LocalityResolver,
  ) {}

  judge(request: IncomingMessage): AccessJudgement {
    const evidence = evidenceOf(request);
    const peer = peerOf(request);
    const byToken = this.judgeToken(evidence);
    if (byToken !== undefined) return byToken;
    if (evidence.count > MAX_HEADERS || evidence.count >= peer.maxHeaders) {
      return refused('headers', `${evidence.count} headers`);
    }
    const admission = this.judgePeer(peer);
    if (!admission.allowed) return admission;
    return (
      this.judgeProxies(evidence.proxyHeaders) ??
      this.judgeHost(evidence, peer, admission) ??
      judgeBrowser(evidence, peer) ??
      admission
    );
  }

  /** Who brings credentials is judged by them, and by nothing else: wrong ones are refused wherever they come from. */
  private judgeToken({ authorizations }: RequestEvidence): AccessJudgement | undefined {
    const { token } = this.options;
    if (token === undefined || authorizations.length === 0) return undefined;
    // Of two, another reader may have looked at the other one.
    const [only, another] = authorizations;
    const isRight = only !== undefined && another === undefined && token.isIn(only);
    return isRight
      ? { allowed: true, by: 'token' }
      : refused('token', `${authorizations.length} Authorization`);
  }

  private judgePeer({ address, isUnix }: Peer): AccessJudgement {
    if (isUnix) {
      return this.options.allowUnix ? { allowed: true, by: 'unix' } : refused('unix', 'a unix socket');
    }
    if (this.localities.of(address) === 'loopback') return { allowed: true, by: 'loopback' };
    if (address === undefined) return refused('peer', 'a peer without an address');
    return this.options.allow.has(address) ? { allowed: true, by: 'allow' } : refused('peer', shown(address));
  }

  private judgeProxies(headers: readonly ProxyHeader[]): AccessDenied | undefined {
    let hops = 0;
    for (const { kind, name, value } of headers) {
      if (kind === 'proxy') return refused('proxy', name);
      const addresses = kind === 'forwarded' ? forwardedAddresses(value) : forwardedFor(value);
      hops += addresses?.length ?? 0;
      if (addresses === undefined || hops > MAX_HOPS || !addresses.every((hop) => this.isLetIn(hop))) {
        return refused('forwarded', `${name}: ${shown(value)}`);
      }
    }
    return undefined;
  }

  private isLetIn(hop: string): boolean {
    return this.localities.ofClaim(hop) === 'loopback' || this.options.allow.has(hop);
  }

  /** HTTP/1 has exactly one `Host`; HTTP/2 may have one beside its `:authority`. All have to pass. */
  private judgeHost(
    { hosts, targetHosts }: RequestEvidence,
    peer: Peer,
    { by }: AccessGranted,
  ): AccessDenied | undefined {
    const all = [...hosts, ...targetHosts];
    const isComplete = hosts.length === 1 || (hosts.length > 1 && !peer.isHttp1);
    if (isComplete && all.every((host) => this.isOurs(host, peer, by))) return undefined;
    return refused('host', hosts.length === 0 ? 'no Host' : `Host: ${shown(all.join(', '))}`);
  }

  private isOurs(header: string, { localAddress }: Peer, by: AccessGranted['by']): boolean {
    const host = hostNameOf(header);
    if (host === undefined) return false;
    if (isLocalhost(host) || this.options.allowedHosts.has(host)) return true;
    const address = addressOfHost(host);
    if (address === undefined) return false;
    if (this.localities.ofClaim(address) === 'loopback') return true;
    // Who is let in from elsewhere asks for the address that it connects to. No name server can point that elsewhere.
    return by === 'allow' && localAddress !== undefined && new AddressList([localAddress]).has(address);
  }
}

/** A browser says where the page comes from that makes it send a request, and no page can keep it from that. */
function judgeBrowser({ fetchSites, origins, hosts }: RequestEvidence, peer: Peer): AccessDenied | undefined {
  const site = fetchSites.find((value) => value !== 'same-origin' && value !== 'none');
  if (site !== undefined) return refused('browser', `Sec-Fetch-Site: ${shown(site)}`);
  const own = `${peer.isEncrypted ? 'https' : 'http'}://${hosts[0]}`.toLowerCase();
  const origin = origins.find((value) => value.toLowerCase() !== own);
  return origin === undefined ? undefined : refused('browser', `Origin: ${shown(origin)}`);
}

/** What a client sent, on one line, and with nothing in it that a terminal or a log would take for something else. */
function shown(value: string): string {
  return inspect(value, { maxStringLength: 80, breakLength: Infinity });
}
