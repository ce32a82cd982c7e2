import type { IncomingMessage, Server } from 'node:http';

type Listener = (...args: never[]) => void;

/**
 * Listens for upgrades, such as the handshakes of WebSockets, for which Node emits no `'request'`.
 *
 * It listens only while the application does. Node treats an upgrade without a listener as a normal request, and a
 * listener of ours would take that request away from the application.
 */
export class UpgradeListener {
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
