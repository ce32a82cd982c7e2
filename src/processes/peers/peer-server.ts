import { once } from 'node:events';
import { chmod, rm, stat } from 'node:fs/promises';
import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import type { GroupDirectory } from '../group/group-directory.js';
import type { MemberName } from '../group/member-name.js';
import type { AnswerMaker } from './peer-connection.js';
import { PeerConnection } from './peer-connection.js';

/** The most connections at once: enough for a large group, and a limit for clients that open connections for no reason. */
const MAX_CONNECTIONS = 512;

/** Answers the other processes of the group, on a socket that has the name of this process. */
export class PeerServer {
  private readonly connections = new Set<Socket>();
  /** `undefined` also after an attempt of {@link restore} that failed. */
  private server: Server | undefined;
  /** From the first `listen()` that succeeds until `close()`. */
  private isOpen = false;

  constructor(
    private readonly directory: GroupDirectory,
    private readonly name: MemberName,
    private readonly answers: AnswerMaker,
  ) {}

  async listen(): Promise<void> {
    const address = this.directory.addressOf(this.name);
    const server = createServer((socket) => this.accept(socket));
    server.maxConnections = MAX_CONNECTIONS;
    server.listen({ path: address, exclusive: true });
    // Without unref(), an application that has nothing left to do would never end.
    server.unref();
    await once(server, 'listening');
    server.on('error', () => {});
    try {
      if (process.platform !== 'win32') await chmod(address, 0o600);
    } catch (thrown) {
      server.close();
      throw thrown;
    }
    this.server = server;
    this.isOpen = true;
  }

  /**
   * Listens again if the socket was removed, such as by a job that cleans up temporary files.
   *
   * @throws if that fails. The next call tries it again.
   */
  async restore(): Promise<void> {
    if (!this.isOpen || process.platform === 'win32') return;
    const isThere = await stat(this.directory.addressOf(this.name)).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    this.server?.close();
    this.server = undefined;
    await this.listen();
  }

  async close(): Promise<void> {
    const { server } = this;
    this.isOpen = false;
    this.server = undefined;
    // After a failed attempt to listen again, connections may still be open.
    for (const socket of this.connections) socket.destroy();
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    await closed;
    if (process.platform !== 'win32') await rm(this.directory.addressOf(this.name), { force: true });
  }

  private accept(socket: Socket): void {
    socket.unref();
    this.connections.add(socket);
    socket.on('close', () => this.connections.delete(socket));
    new PeerConnection(socket, this.name, this.answers).start();
  }
}
