import type { CallContext } from '../../common/call-context.js';
import type { Clock } from '../../common/clock.js';
import { monotonicClock } from '../../common/clock.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import { methodLabel } from '../http/route.js';
import { subscribeAll } from './channels.js';
import type { BeginCall } from './http-client.listeners.js';
import { httpClientListeners } from './http-client.listeners.js';
import { OutgoingCall } from './outgoing-call.js';
import { OutgoingMetrics } from './outgoing-metrics.js';
import { OUTGOING_FAILED } from './outgoing.messages.js';
import { undiciListeners } from './undici.listeners.js';

/**
 * Measures the HTTP requests that this thread sends, by `fetch()`, undici, `node:http` and `node:https`.
 *
 * Node and undici publish them on diagnostics channels. Nothing is patched, and it does not matter what was imported first.
 */
export class OutgoingCalls {
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly registry: MetricsRegistry,
    private readonly context: CallContext,
    private readonly clock: Clock = monotonicClock,
  ) {}

  start(): void {
    if (this.unsubscribe !== undefined) return;
    this.context.enable();
    const metrics = new OutgoingMetrics(this.registry);
    const begin: BeginCall = (scheme, authority, method) => {
      const note = this.context.note;
      if (note?.isOwn === true) return undefined;
      const host = metrics.of(scheme, authority);
      return new OutgoingCall(host, host.of(methodLabel(method), note?.template), this.clock);
    };
    const listeners = { ...httpClientListeners(begin), ...undiciListeners(begin) };
    this.unsubscribe = subscribeAll(listeners, (thrown) =>
      this.registry.reject('http_client_requests', () => OUTGOING_FAILED(thrown), 'outgoing'),
    );
  }

  stop(): void {
    this.unsubscribe?.();
    this.unsubscribe = undefined;
    this.context.disable();
  }
}
