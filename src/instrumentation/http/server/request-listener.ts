import type { IncomingMessage, RequestListener as NodeListener, Server, ServerResponse } from 'node:http';

/** Anything that is told of requests; `this` is the server. */
type Listener = (this: Server, request: IncomingMessage, response: ServerResponse) => unknown;

type See = (request: IncomingMessage, response: ServerResponse) => unknown;

/**
 * Sees each request of a server, ahead of all that listen for requests by now.
 *
 * A server nearly always has one listener, the framework. Node calls that one at once; where there are two, it makes a list
 * of both for each request, which takes longer than to begin to follow a request. So the one listener is replaced by one that
 * sees the request and then calls it. Until this is stopped, whoever wants to take the framework's listener away by name
 * (`server.off('request', app)`) does not find it.
 */
export class RequestListener {
  private readonly replaced: Listener | undefined;
  private readonly replacement: Listener;

  constructor(
    private readonly server: Server,
    private see: See,
  ) {
    const look: See = (request, response) => this.see(request, response);
    const [listener, ...others] = server.rawListeners('request') as Listener[];
    if (listener === undefined || others.length > 0) {
      this.replacement = look;
      server.prependListener('request', this.replacement as NodeListener);
      return;
    }
    this.replaced = listener;
    this.replacement = function (request, response) {
      look(request, response);
      return listener.call(this, request, response);
    };
    server.off('request', listener as NodeListener).on('request', this.replacement as NodeListener);
  }

  /**
   * Leaves the server as it was. Whoever has taken the listeners from it meanwhile, such as another monitor, keeps what they
   * took, which only hands on from now on.
   */
  stop(): void {
    const { server, replaced, replacement } = this;
    this.see = () => {};
    const listeners = server.rawListeners('request') as NodeListener[];
    const at = listeners.indexOf(replacement as NodeListener);
    if (at < 0) return;
    // To put another in its place, those behind it are taken out and put back.
    const behind = listeners.slice(at + 1);
    for (const listener of listeners.slice(at).reverse()) server.off('request', listener);
    if (replaced !== undefined) server.on('request', replaced as NodeListener);
    for (const listener of behind) server.on('request', listener);
  }
}
