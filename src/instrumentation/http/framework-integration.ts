import type { HttpAdapterHost } from '@nestjs/core';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TrackedRequest } from './tracked-request.js';
import { ExpressIntegration } from './express/express.integration.js';
import { FastifyIntegration } from './fastify/fastify.integration.js';
import { UnknownAdapterIntegration } from './unknown-adapter.integration.js';

export type HttpAdapter = HttpAdapterHost['httpAdapter'];

/** Takes a request that comes by; see `RequestObserver.begin`. */
export type Begin = (request: IncomingMessage, response: ServerResponse) => TrackedRequest | undefined;

/** Where requests are seen inside a framework, and what the framework knows of them. */
export interface FrameworkIntegration {
  /** Whether all requests are seen there, so that there is no need of an interceptor. */
  readonly seesAll: boolean;
  /** Whether the framework leaves requests and responses with a shape of their own each; see `look`. */
  readonly reshapes: boolean;
  /** Nest has registered its routes. */
  onRoutesRegistered(): void;
  /** Nest has registered all that it registers. */
  onApplicationReady(): void;
  /** The label of the route of a request that has ended; `undefined` if it had none. */
  routeOf(tracked: TrackedRequest): string | undefined;
}

/** The integration of an adapter. To be made before the adapter gets its body parser. */
export function integrationFor(adapter: HttpAdapter | null, begin: Begin): FrameworkIntegration | undefined {
  if (!adapter) return undefined;
  switch (adapter.getType()) {
    case 'express':
      return new ExpressIntegration(adapter, begin);
    case 'fastify':
      return new FastifyIntegration(adapter, begin);
    default:
      return new UnknownAdapterIntegration();
  }
}
