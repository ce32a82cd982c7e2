import type { IncomingMessage, Server } from 'node:http';
import type { TLSSocket } from 'node:tls';

/** The connection of a request. A client cannot choose any of these values. */
export interface Peer {
  /** The remote address; `undefined` for a Unix socket and a closed connection. */
  readonly address: string | undefined;
  /** The address that the client connected to. */
  readonly localAddress: string | undefined;
  readonly isUnix: boolean;
  readonly isEncrypted: boolean;
  readonly isHttp1: boolean;
  /** The server silently drops headers after this many. */
  readonly maxHeaders: number;
}

/** Node sets the server of a connection as a property of its socket, in all versions, undocumented. */
type ServerSocket = Partial<TLSSocket> & { server?: Partial<Server> };

export function peerOf(request: IncomingMessage): Peer {
  // The socket is missing where an HTTP/2 stream has ended.
  const socket = (request.socket as ServerSocket | undefined) ?? {};
  const { remoteAddress, localAddress, server } = socket;
  return {
    address: withoutZone(remoteAddress),
    localAddress: withoutZone(localAddress),
    isUnix: remoteAddress === undefined && listensOnUnixSocket(server),
    isEncrypted: socket.encrypted === true,
    isHttp1: request.httpVersionMajor < 2,
    maxHeaders: server?.maxHeadersCount || Infinity,
  };
}

/** Checked at the server, because a TCP connection that was reset has no address either. */
function listensOnUnixSocket(server: Partial<Server> | undefined): boolean {
  return typeof server?.address?.() === 'string';
}

/** A link-local address without its network interface: `fe80::1%eth0` is `fe80::1`. */
function withoutZone(address: string | undefined): string | undefined {
  return address?.startsWith('fe80:') ? address.split('%', 1)[0] : address;
}
