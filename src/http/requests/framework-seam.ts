import type { HttpAdapterHost } from '@nestjs/core';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Exchange } from './exchange.js';
import { ExpressSeam } from './express-seam.js';
import { FastifySeam } from './fastify-seam.js';
import { UnknownSeam } from './unknown-seam.js';

export type HttpAdapter = HttpAdapterHost['httpAdapter'];

/** Takes a request that comes by; see `RequestObserver.begin`. */
export type Begin = (request: IncomingMessage, response: ServerResponse) => Exchange | undefined;

/** Where requests are seen inside a framework, and what the framework knows of them. */
export interface FrameworkSeam {
  /** Whether all requests are seen there, so that there is no need of an interceptor. */
  readonly seesAll: boolean;
  /** Whether the framework leaves requests and responses with a shape of their own each; see `look`. */
  readonly reshapes: boolean;
  /** Nest has registered its routes. */
  onRoutesRegistered(): void;
  /** Nest has registered all that it registers. */
  onApplicationReady(): void;
  /** The label of the route of a request that has ended; `undefined` if it had none. */
  routeOf(exchange: Exchange): string | undefined;
}

/** The seam of an adapter. To be made before the adapter gets its body parser. */
export function seamOf(adapter: HttpAdapter | null, begin: Begin): FrameworkSeam | undefined {
  if (!adapter) return undefined;
  switch (adapter.getType()) {
    case 'express':
      return new ExpressSeam(adapter, begin);
    case 'fastify':
      return new FastifySeam(adapter, begin);
    default:
      return new UnknownSeam();
  }
}
