import type { IncomingMessage, RequestListener as NodeListener, Server } from 'node:http';
import { UpgradeListener } from './upgrade-listener.js';

/** What {@link RequestListener} reports. */
export interface ServerEvents {
  /** A request, before the framework gets it. */
  readonly onRequest: NodeListener;
  /** A request that Node answers with 503 because its connection has reached `maxRequestsPerSocket`. */
  readonly onDrop: (request: IncomingMessage) => void;
  /** A request that becomes another protocol, such as the handshake of a WebSocket. */
  readonly onUpgrade: (request: IncomingMessage) => void;
}

/** Listens to the server of the application, ahead of the framework and without replacing its listeners. */
export class RequestListener {
  private readonly upgrades: UpgradeListener;

  constructor(
    private readonly server: Server,
    private readonly events: ServerEvents,
  ) {
    server.prependListener('request', events.onRequest);
    server.on('dropRequest', events.onDrop);
    this.upgrades = new UpgradeListener(server, events.onUpgrade);
  }

  stop(): void {
    this.server.off('request', this.events.onRequest);
    this.server.off('dropRequest', this.events.onDrop);
    this.upgrades.stop();
  }
}
