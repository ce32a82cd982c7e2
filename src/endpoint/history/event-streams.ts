import type { OnApplicationShutdown } from '@nestjs/common';
import { Inject, Injectable } from '@nestjs/common';
import type { FindingsHandle as Handle } from '../../findings/findings.handle.js';
import { FindingsHandle } from '../../findings/findings.handle.js';
import type { ResetEvent } from '../../history/history-document.js';
import type { StoredStep } from '../../history/history-store.js';
import type { HistoryListener, MonitorHistory } from '../../history/monitor-history.js';
import type { Audience } from '../parts/part.js';
import { inSlices } from '../../common/slices.js';
import type { GroupHistory } from '../../group-history/group-history.js';
import { timeOf } from '../../group-history/step-sequence.js';
import { historyJson } from '../../history/history-json.js';
import type { InstanceInfo } from '../../metrics/collection/snapshot.js';
import { EventClient } from './event-client.js';

/** The most clients at once. */
export const MAX_CLIENTS = 50;

/** Steps that a client may be behind, about 30 seconds. It is disconnected then, if it reads nothing. */
const MAX_BEHIND = 33;

/** Encoded steps are kept for clients that are a little behind. */
const MAX_ENCODED = 8;

/** How long a browser waits until it connects again, in milliseconds. */
const RETRY = 2000;

/**
 * The event streams of one application. Each step is encoded once for all clients. Each client has its own place in the history
 * and reads from there as fast as it takes it.
 */
@Injectable()
export class EventStreams implements OnApplicationShutdown {
  private readonly clients = new Set<EventClient>();
  private groupClients = 0;
  private readonly encoded = new Map<number, Buffer>();
  private unsubscribe: (() => void) | undefined;

  constructor(@Inject(FindingsHandle) private readonly findings: Handle) {}

  get isFull(): boolean {
    return this.clients.size + this.groupClients >= MAX_CLIENTS;
  }

  onApplicationShutdown(): void {
    this.unsubscribe?.();
  }

  /** @param after the number of the step to continue from. Default: the last one. */
  async *events(
    answer: Audience,
    history: MonitorHistory,
    after = history.sequence,
  ): AsyncGenerator<Buffer, void, undefined> {
    const client = new EventClient(answer, after);
    this.clients.add(client);
    this.unsubscribe ??= history.subscribe(this.listenerOf(history));
    try {
      yield firstEvent(history.instance(), history.sequence);
      yield* this.missed(client, history);
      let version = -1;
      while (!answer.isOver) {
        const { current } = this.findings;
        if (current !== undefined && current.version !== version) {
          version = current.version;
          yield event('findings', JSON.stringify(current.findings));
        }
        await client.news();
        if (!answer.isOver) yield* this.next(client, history);
      }
    } finally {
      this.clients.delete(client);
      if (this.clients.size === 0) {
        this.unsubscribe?.();
        this.unsubscribe = undefined;
        this.encoded.clear();
      }
    }
  }

  /**
   * The events of all processes of a group: after the first one comes a `history` event, whose series are those of the steps that
   * follow. It has the steps after the one to continue from, whichever process said that.
   */
  async *groupEvents(
    audience: Audience,
    group: GroupHistory,
    instance: InstanceInfo,
    after: number | undefined,
  ): AsyncGenerator<Buffer, void, undefined> {
    const client = new EventClient(audience, 0);
    const { session, release } = group.acquire();
    this.groupClients++;
    const { events } = session;
    const unsubscribe = events.subscribe(() => client.notify());
    try {
      await session.ready;
      client.sequence = events.serial;
      const document = await session.document({ since: after === undefined ? Date.now() : timeOf(after) });
      yield firstEvent(instance, document.sequence);
      yield Buffer.from('event: history\ndata: ');
      for (const piece of await inSlices(historyJson(document))) yield Buffer.from(piece);
      yield Buffer.from('\n\n');
      yield event('findings', JSON.stringify(session.findings()));
      while (!audience.isOver) {
        const news = events.after(client.sequence);
        if (news === undefined) return;
        for (const { serial, text } of news) {
          client.sequence = serial;
          yield Buffer.from(text);
        }
        await client.news();
      }
    } finally {
      unsubscribe();
      release();
      this.groupClients--;
    }
  }

  /** The steps between the one to continue from and now. The last one has all totals, since those before have none. */
  private async *missed(client: EventClient, history: MonitorHistory): AsyncGenerator<Buffer> {
    const steps = history.reader.stepsAfter(client.sequence);
    if (steps === undefined) {
      yield resetEvent(client, 'expired', history);
      return;
    }
    const last = steps.findLast(({ tier }) => tier.step === 1);
    for (const step of steps) {
      // A client that takes them slowly may be overtaken.
      if (!history.reader.has(step)) return void (yield resetEvent(client, 'expired', history));
      client.sequence = step.sequence;
      yield stepEvent(step, history.reader.event(step, step === last ? 'all' : 'none'));
    }
  }

  private *next(client: EventClient, history: MonitorHistory): Generator<Buffer> {
    const { reset } = client;
    client.reset = undefined;
    if (reset !== undefined) {
      yield resetEvent(client, reset, history);
      return;
    }
    const steps = history.reader.stepsAfter(client.sequence);
    if (steps === undefined) {
      yield resetEvent(client, 'expired', history);
      return;
    }
    for (const step of steps) {
      if (!history.reader.has(step)) return void (yield resetEvent(client, 'expired', history));
      client.sequence = step.sequence;
      yield this.encodedStep(step, history);
    }
  }

  private encodedStep(step: StoredStep, history: MonitorHistory): Buffer {
    const known = this.encoded.get(step.sequence);
    if (known !== undefined) return known;
    const isRecent = history.sequence - step.sequence < 2;
    const encoded = stepEvent(step, history.reader.event(step, isRecent ? 'changed' : 'none'));
    this.encoded.set(step.sequence, encoded);
    if (this.encoded.size > MAX_ENCODED) {
      const [oldest] = this.encoded.keys();
      if (oldest !== undefined) this.encoded.delete(oldest);
    }
    return encoded;
  }

  private listenerOf(history: MonitorHistory): HistoryListener {
    return {
      onSteps: () => {
        for (const client of this.clients) {
          if (history.sequence - client.sequence > MAX_BEHIND) client.drop();
          else client.notify();
        }
      },
      onReset: (reason) => {
        for (const client of this.clients) {
          client.reset = reason;
          client.notify();
        }
      },
    };
  }
}

function firstEvent(instance: InstanceInfo, sequence: number): Buffer {
  const data = { instance, sequence };
  return Buffer.from(`retry: ${RETRY}\n\nevent: instance\ndata: ${JSON.stringify(data)}\n\n`);
}

function resetEvent(client: EventClient, reason: ResetEvent['reason'], history: MonitorHistory): Buffer {
  const { sequence } = history;
  client.sequence = sequence;
  const data: ResetEvent = { reason, sequence };
  return Buffer.from(`id: ${sequence}\nevent: reset\ndata: ${JSON.stringify(data)}\n\n`);
}

function stepEvent({ sequence }: StoredStep, data: string): Buffer {
  return Buffer.from(`id: ${sequence}\nevent: step\ndata: ${data}\n\n`);
}

function event(name: string, data: string): Buffer {
  return Buffer.from(`event: ${name}\ndata: ${data}\n\n`);
}
