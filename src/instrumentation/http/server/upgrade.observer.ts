import type { IncomingMessage, Server } from 'node:http';

type Listener = (...args: never[]) => void;

/**
 * Sees the requests of a server that become something else, such as the handshakes of WebSockets, which are no
 * `'request'` to Node.
 *
 * It listens only as long as somebody else does. To a server on which nobody listens for upgrades, a request that
 * asks for one is a request like any other: listening would take it away from the application.
 */
export class UpgradeObserver {
  private isListening = false;

  private readonly onNewListener = (event: string | symbol, listener: Listener): void => {
    if (event === 'upgrade' && listener !== this.onUpgrade) this.listen();
  };

  private readonly onRemoveListener = (event: string | symbol, listener: Listener): void => {
    const isLast =
      event === 'upgrade' && listener !== this.onUpgrade && this.server.listenerCount('upgrade') === 1;
    if (isLast && this.isListening) this.leave();
  };

  constructor(
    private readonly server: Server,
    private readonly onUpgrade: (request: IncomingMessage) => void,
  ) {
    if (server.listenerCount('upgrade') > 0) this.listen();
    server.on('newListener', this.onNewListener);
    server.on('removeListener', this.onRemoveListener);
  }

  stop(): void {
    this.server.off('newListener', this.onNewListener);
    this.server.off('removeListener', this.onRemoveListener);
    this.leave();
  }

  private listen(): void {
    if (this.isListening) return;
    this.isListening = true;
    this.server.prependListener('upgrade', this.onUpgrade);
  }

  private leave(): void {
    this.isListening = false;
    this.server.off('upgrade', this.onUpgrade);
  }
}
