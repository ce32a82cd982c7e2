import type { IncomingMessage } from 'node:http';
import type { ProxyHeaderKind } from './proxy-headers.js';
import { proxyHeaderKind } from './proxy-headers.js';

/** A header that a proxy has added. */
export interface ProxyHeader {
  readonly kind: Exclude<ProxyHeaderKind, undefined>;
  /** In lower case. */
  readonly name: string;
  readonly value: string;
}

/** The headers that access depends on, with every occurrence of each. */
export interface RequestEvidence {
  /** The number of all headers. */
  readonly count: number;
  /** The values of `Host`, and of `:authority` in HTTP/2. */
  readonly hosts: string[];
  /** The host of a request target that is not a path. An empty string is a target that cannot be parsed. */
  readonly targetHosts: string[];
  readonly authorizations: string[];
  readonly origins: string[];
  readonly fetchSites: string[];
  readonly proxyHeaders: ProxyHeader[];
}

/** `GET http://localhost:3000/monitor HTTP/1.1`: the absolute form, which is for proxies and contains a host. */
const ABSOLUTE_TARGET = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i;

/** Reads the raw headers, because `request.headers` joins some that occur twice and drops others, such as a second `Host`. */
export function evidenceOf(request: IncomingMessage): RequestEvidence {
  const { rawHeaders } = request;
  const evidence: RequestEvidence = {
    count: rawHeaders.length / 2,
    hosts: [],
    targetHosts: [],
    authorizations: [],
    origins: [],
    fetchSites: [],
    proxyHeaders: [],
  };
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [rawName = '', value = ''] = rawHeaders.slice(i, i + 2);
    const name = rawName.toLowerCase();
    switch (name) {
      case 'host':
      case ':authority':
        evidence.hosts.push(value);
        break;
      case 'authorization':
        evidence.authorizations.push(value);
        break;
      case 'origin':
        evidence.origins.push(value);
        break;
      case 'sec-fetch-site':
        evidence.fetchSites.push(value);
        break;
      default: {
        const kind = proxyHeaderKind(name);
        if (kind !== undefined) evidence.proxyHeaders.push({ kind, name, value });
      }
    }
  }
  const target = targetOf(request);
  if (!target.startsWith('/')) evidence.targetHosts.push(ABSOLUTE_TARGET.exec(target)?.[1] ?? '');
  return evidence;
}

/** The original target: Express removes the mount path where an application is mounted in another. */
function targetOf(request: IncomingMessage & { originalUrl?: unknown }): string {
  return typeof request.originalUrl === 'string' ? request.originalUrl : (request.url ?? '');
}
