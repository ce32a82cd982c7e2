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

/** What the headers of a request say that matters to who gets in, each of them as often as it came. */
export interface RequestEvidence {
  /** How many headers there are. */
  readonly count: number;
  /** Whom the request is for: `Host`, and `:authority` of HTTP/2. */
  readonly hosts: string[];
  /** Whom its target says that it is for, if that is no path. Empty texts are targets that cannot be read. */
  readonly targetHosts: string[];
  readonly authorizations: string[];
  readonly origins: string[];
  readonly fetchSites: string[];
  readonly proxyHeaders: ProxyHeader[];
}

/** `GET http://localhost:3000/monitor HTTP/1.1`: the form of a request to a proxy, which names a host of its own. */
const ABSOLUTE_TARGET = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i;

/**
 * Reads the headers as they came over the wire: `request.headers` joins some that came twice, and drops others,
 * such as a second `Host`.
 */
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

/** As it came: Express takes parts of it off where an application is mounted in another. */
function targetOf(request: IncomingMessage & { originalUrl?: unknown }): string {
  return typeof request.originalUrl === 'string' ? request.originalUrl : (request.url ?? '');
}
