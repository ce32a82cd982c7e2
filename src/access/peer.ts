import type { IncomingMessage, Server } from 'node:http';
import type { TLSSocket } from 'node:tls';

/** Who is at the other end of the socket of a request. Nothing here can be chosen by a client. */
export interface Peer {
  /** `undefined` on a unix socket, and on a connection that is gone. */
  readonly address: string | undefined;
  /** Where it connected to. */
  readonly localAddress: string | undefined;
  readonly isUnix: boolean;
  readonly isEncrypted: boolean;
  readonly isHttp1: boolean;
  /** Past so many headers, the server drops them without a word. */
  readonly maxHeaders: number;
}

/** The server that a connection came in through is a property of its socket in all versions of Node, undocumented. */
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

/**
 * By the server and not by the missing address: that of a TCP connection is missing too, once its client has reset
 * it.
 */
function listensOnUnixSocket(server: Partial<Server> | undefined): boolean {
  return typeof server?.address?.() === 'string';
}

/** A link-local address comes with its network interface, `fe80::1%eth0`, to which the neighbour is a neighbour. */
function withoutZone(address: string | undefined): string | undefined {
  return address?.startsWith('fe80:') ? address.split('%', 1)[0] : address;
}
