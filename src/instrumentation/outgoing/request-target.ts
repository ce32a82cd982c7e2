import type { ClientRequest } from 'node:http';
import { ownCopy } from '../../common/own-copy.js';

/** The limit of headers that are remembered: a crawler may call any number of hosts. */
const MAX_CONFIRMED = 1000;

/** The authority of all requests over Unix sockets. No URL can have it. */
export const UNIX_SOCKET = 'unix socket';

type Lists<T> = Readonly<Record<string, readonly T[] | undefined>>;

/** The used parts of a request. Node has them in every version, and documents all of an agent's but `_httpMessage`. */
interface SentRequest extends ClientRequest {
  readonly socketPath?: string | undefined;
  /** Another client may bring an object of its own. */
  readonly agent?: {
    readonly options?: { readonly socketPath?: string | undefined };
    /** By `agent.getName()`, which begins with host and port. */
    readonly requests?: Lists<unknown>;
    readonly sockets?: Lists<{ readonly _httpMessage?: unknown }>;
  } | null;
}

/**
 * Finds host and port that a request of `node:http` is sent to.
 *
 * A request has its host and no port. Node writes both into the `Host` header, but an application may set that to any text: a
 * proxy often forwards the header of its client. So a header is used if the agent has the same host and port for the request.
 */
export class RequestTargets {
  /** Headers that were right, with the host of their request: the agent is not searched for each request. */
  private readonly confirmed = new Map<string, string>();

  /** Such as `localhost:3000`, or {@link UNIX_SOCKET}. Without a port, it is that of the scheme. */
  authorityOf(request: SentRequest): string {
    if (isToUnixSocket(request)) return UNIX_SOCKET;
    const header = request.getHeader('host') ?? hostOfRawHeaders(request);
    if (typeof header !== 'string') return authorities(request)[0] ?? bracketed(request.host);
    return this.confirmed.get(header) === request.host ? header : this.confirm(header, request);
  }

  private confirm(header: string, request: ClientRequest): string {
    const host = bracketed(request.host);
    const found = authorities(request);
    const port = request.protocol === 'https:' ? '443' : '80';
    if (found.includes(header) || (header === host && found.includes(`${host}:${port}`))) {
      if (this.confirmed.size >= MAX_CONFIRMED) this.confirmed.clear();
      this.confirmed.set(ownCopy(header), ownCopy(request.host));
      return header;
    }
    // An agent of another kind, or none: its port cannot be found, and is most likely that of the header.
    const isOfHost = header === host || header.startsWith(`${host}:`);
    return found[0] ?? (isOfHost ? header : host);
  }
}

/** Its host and port mean nothing then: mostly `localhost` and 80. */
function isToUnixSocket({ socketPath, agent }: SentRequest): boolean {
  return Boolean(socketPath ?? agent?.options?.socketPath);
}

/** What the agent calls the request. Several only if another one to the same host was created in the same moment. */
function authorities(request: SentRequest): string[] {
  const { agent, host, socket } = request;
  const prefix = `${host}:`;
  const found: string[] = [];
  const search = <T>(lists: Lists<T> | undefined, isIts: (list: readonly T[]) => boolean): void => {
    for (const [name, list] of Object.entries(lists ?? {})) {
      if (list === undefined || !name.startsWith(prefix) || !isIts(list)) continue;
      found.push(`${bracketed(host)}:${Number.parseInt(name.slice(prefix.length), 10)}`);
    }
  };
  search(agent?.requests, (list) => list.includes(request));
  search(agent?.sockets, (list) => {
    if (socket !== null) return list.includes(socket as object);
    // The socket of a new request is the last one. In older versions, Node assigns it to the request a moment later.
    const last = list.at(-1);
    return last !== undefined && (last._httpMessage ?? request) === request;
  });
  return found;
}

/** As in a URL, which has an IPv6 address in brackets. */
function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/** Headers that are given as an array are only in the text that is sent. */
function hostOfRawHeaders(request: ClientRequest): string | undefined {
  const { _header: head } = request as ClientRequest & { readonly _header?: unknown };
  return typeof head === 'string' ? /\r\nhost: *([^\r]*)/i.exec(head)?.[1] : undefined;
}
