import type { INestApplication } from '@nestjs/common';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Sets the remote address of every connection, which a client cannot choose. */
export function simulatePeer(
  app: INestApplication,
  address: string | undefined,
  localAddress?: string,
): void {
  (app.getHttpServer() as Server).on('connection', (socket: Socket) => {
    Object.defineProperty(socket, 'remoteAddress', { value: address });
    if (localAddress !== undefined) Object.defineProperty(socket, 'localAddress', { value: localAddress });
  });
}
