import type { CallHandler, ExecutionContext } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { defer, tap } from 'rxjs';
import type { Clock } from '../../common/clock.js';
import { monotonicClock, realClock } from '../../common/clock.js';
import type { InFlight, InFlightSource } from '../../common/in-flight.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import { withOutcome } from '../outcome.js';
import { isOperation } from './graphql-operation.js';
import { HandlerCall } from './handler-call.js';
import { HandlerMetrics } from './handler-metrics.js';
import { handlerName } from './handler-name.js';

/** The index of `info` in the arguments of a resolver. */
const GRAPHQL_INFO = 3;

/**
 * Counts and times the calls of handlers that do not answer HTTP: messages and events of a microservice (`rpc`), WebSocket
 * messages (`ws`), GraphQL operations (`graphql`), and handlers that a library runs through Nest under its own context type.
 */
export class HandlerCalls {
  /**
   * By class and method, since a class that inherits a handler has its own series. Both weakly, since a handler may be created
   * for each request.
   */
  private readonly known = new WeakMap<object, WeakMap<object, HandlerMetrics>>();
  /** The contexts of the calls in progress: all interceptors of a call get the same context. */
  private readonly watched = new WeakSet<object>();
  private readonly inFlight: InFlightSource<HandlerCall> | undefined;

  constructor(
    private readonly registry: MetricsRegistry,
    private readonly clock: Clock = monotonicClock,
    inFlight?: InFlight,
  ) {
    this.inFlight = inFlight?.source(({ transport, handler }: HandlerCall) => ({
      kind: transport,
      name: handler,
    }));
  }

  /** @returns the result of the handler, measured while it is subscribed to. No call is measured twice. */
  watch(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    // Not in defer(): Nest binds the handler to the asynchronous context of this call.
    const source = next.handle();
    if (this.watched.has(context)) return source;
    const transport = context.getType<string>();
    if (transport === 'graphql' && !isOperation(context.getArgByIndex(GRAPHQL_INFO))) return source;
    const metrics = this.metricsOf(transport, context.getClass(), context.getHandler());
    // Each subscription is a call: an interceptor around this one may retry.
    return defer(() => source.pipe(tap(this.begin(context, metrics))));
  }

  /**
   * Runs a handler that Nest calls without a context, for an event or a job of a queue, and measures the call.
   *
   * @param isFailure whether what is thrown is a failure. Default: always.
   */
  run<T>(
    transport: string,
    owner: object | undefined,
    method: object,
    work: () => T,
    isFailure: (thrown: unknown) => boolean = () => true,
  ): T {
    const call: HandlerCall = new HandlerCall(this.metricsOf(transport, owner, method), this.clock, () =>
      this.inFlight?.end(call, realClock()),
    );
    this.inFlight?.begin(call, realClock());
    return withOutcome(work, (isOk, thrown) => (isOk || !isFailure(thrown) ? call.complete() : call.error()));
  }

  private begin(context: object, metrics: HandlerMetrics): HandlerCall {
    this.watched.add(context);
    const call: HandlerCall = new HandlerCall(metrics, this.clock, () => {
      this.watched.delete(context);
      this.inFlight?.end(call, realClock());
    });
    this.inFlight?.begin(call, realClock());
    return call;
  }

  private metricsOf(transport: string, owner: object | undefined, method: object): HandlerMetrics {
    // An object without a prototype has no class.
    const key = owner ?? method;
    let ofOwner = this.known.get(key);
    if (ofOwner === undefined) this.known.set(key, (ofOwner = new WeakMap()));
    let metrics = ofOwner.get(method);
    // A handler of two transports is looked up again when they alternate.
    if (metrics === undefined || metrics.transport !== transport) {
      metrics = new HandlerMetrics(this.registry, transport, handlerName(owner, method));
      ofOwner.set(method, metrics);
    }
    return metrics;
  }
}
