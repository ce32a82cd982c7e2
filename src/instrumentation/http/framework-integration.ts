import type { HttpAdapterHost } from '@nestjs/core';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TrackedRequest } from './tracked-request.js';

export type HttpAdapter = HttpAdapterHost['httpAdapter'];

/** Tracks a request; see `RequestTracker.track`. */
export type Track = (request: IncomingMessage, response: ServerResponse) => TrackedRequest | undefined;

/** Where the monitor sees requests inside a framework, and how it finds their routes. */
export interface FrameworkIntegration {
  /** Whether every request passes here, so that no interceptor is needed. */
  readonly seesAll: boolean;
  /** Called when Nest has registered its routes, but not yet its 404 handler. */
  onRoutesRegistered?(): void;
  /** Called when Nest has registered everything. */
  onApplicationReady?(): void;
  /**
   * The route label of a request that has ended.
   *
   * @param status the status that the client was sent; `undefined` if it was sent none.
   * @returns `undefined` if the request matched no route.
   */
  routeOf(tracked: TrackedRequest, status: number | undefined): string | undefined;
}
