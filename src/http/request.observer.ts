import type { IncomingMessage, Server } from 'node:http';
import type { HttpAdapterHost } from '@nestjs/core';
import type { RequestCounter } from './request-counter.js';
import { UpgradeObserver } from './upgrade.observer.js';

type HttpAdapter = HttpAdapterHost['httpAdapter'];
type Next = () => void;

/** What is used of a Fastify instance; Fastify itself is the application's, not ours. */
interface FastifyHooks {
  addHook(
    name: 'onRequest',
    hook: (request: { raw: IncomingMessage }, reply: unknown, done: Next) => void,
  ): void;
}

/**
 * Counts the requests that no interceptor gets to see: those that end in a 404, at a guard, in a body parser or
 * in another interceptor. It looks on in two places, for either alone misses some:
 *
 * - In the framework, ahead of the body parser: sees the requests of every listener, HTTP/2 and `inject()`
 *   included. Blind to what an Express instance answers by itself that was set up before Nest got it, and to the
 *   malformed URLs that Fastify's router turns away.
 * - At the server that Nest listens with: sees those, the handshakes of WebSockets, and the requests that Node
 *   answers for a connection that has had its fill of them, and only its own.
 */
export class RequestObserver {
  private readonly onRequest = (request: IncomingMessage): void => {
    if (!this.stopped) this.requests.count(request);
  };
  private server: Server | undefined;
  private upgrades: UpgradeObserver | undefined;
  private stopped = false;
  /** Stops waiting for an adapter. */
  private stopWaiting: () => void = () => {};

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly requests: RequestCounter,
  ) {
    // With NestFactory the adapter is there by now; a TestingModule gets its one later. Either way it is before
    // the body parser is registered, so that this comes first.
    if (host.httpAdapter) {
      this.observeFramework(host.httpAdapter);
    } else {
      const waiting = host.init$.subscribe(() => this.observeFramework(host.httpAdapter));
      this.stopWaiting = () => waiting.unsubscribe();
    }
  }

  onModuleInit(): void {
    const server = this.host.httpAdapter?.getHttpServer() as Server | undefined;
    // An adapter of another make may have a server of another make. One that is closed already gets no listener.
    if (this.stopped || typeof server?.prependListener !== 'function') return;
    this.server = server.prependListener('request', this.onRequest).on('dropRequest', this.onRequest);
    this.upgrades = new UpgradeObserver(server, this.onRequest);
  }

  /** In the last of all hooks: the application serves until then. */
  onApplicationShutdown(): void {
    this.stopWaiting();
    this.stopped = true;
    this.server?.off('request', this.onRequest).off('dropRequest', this.onRequest);
    this.upgrades?.stop();
    this.server = undefined;
  }

  private observeFramework(adapter: HttpAdapter | null): void {
    switch (adapter?.getType()) {
      case 'express':
        adapter.use((request: IncomingMessage, _response: unknown, next: Next) => {
          this.onRequest(request);
          next();
        });
        break;
      case 'fastify':
        adapter.getInstance<FastifyHooks>().addHook('onRequest', (request, _reply, done) => {
          this.onRequest(request.raw);
          done();
        });
        break;
    }
  }
}
