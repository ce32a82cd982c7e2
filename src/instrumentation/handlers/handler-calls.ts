import type { CallHandler, ExecutionContext } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { defer, tap } from 'rxjs';
import type { Clock } from '../../common/clock.js';
import { monotonicClock, realClock } from '../../common/clock.js';
import type { InFlight, InFlightSource } from '../../common/in-flight.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import { isOperation } from './graphql-operation.js';
import { HandlerCall } from './handler-call.js';
import { HandlerMetrics } from './handler-metrics.js';
import { handlerName } from './handler-name.js';

/** Where the `info` is among the arguments of a resolver. */
const GRAPHQL_INFO = 3;

/**
 * Counts and times the calls of handlers that answer something else than HTTP: messages and events of a
 * microservice (`rpc`), messages of a WebSocket (`ws`), the operations of a GraphQL schema (`graphql`), and those that
 * a library runs through Nest's pipeline under a name of its own.
 */
export class HandlerCalls {
  /**
   * By class and method, both held weakly: a class that inherits a handler has it as its own, and a handler that is
   * made anew for each request must not stay.
   */
  private readonly known = new WeakMap<object, WeakMap<object, HandlerMetrics>>();
  /** The contexts of calls that are watched now: further interceptors of the same call get the same context. */
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

  /**
   * What the handler gives, unchanged, and watched while somebody listens to it. A call that is watched already is
   * not watched a second time.
   */
  watch(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    // Now and not when somebody listens: Nest binds the handler to the asynchronous context that this is called in.
    const source = next.handle();
    if (this.watched.has(context)) return source;
    const transport = context.getType<string>();
    if (transport === 'graphql' && !isOperation(context.getArgByIndex(GRAPHQL_INFO))) return source;
    const metrics = this.metricsOf(transport, context.getClass(), context.getHandler());
    // Each time that somebody listens is a call of its own: an interceptor around this one may try again.
    return defer(() => source.pipe(tap(this.begin(context, metrics))));
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
    const home = owner ?? method;
    let ofHome = this.known.get(home);
    if (ofHome === undefined) this.known.set(home, (ofHome = new WeakMap()));
    let metrics = ofHome.get(method);
    // A handler of two transports at once is looked up anew where they take turns.
    if (metrics === undefined || metrics.transport !== transport) {
      metrics = new HandlerMetrics(this.registry, transport, handlerName(owner, method));
      ofHome.set(method, metrics);
    }
    return metrics;
  }
}
