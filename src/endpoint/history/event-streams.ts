import type { OnApplicationShutdown } from '@nestjs/common';
import { Inject, Injectable } from '@nestjs/common';
import type { FindingsHandle as Handle } from '../../findings/findings.handle.js';
import { FindingsHandle } from '../../findings/findings.handle.js';
import type { ResetEvent } from '../../history/history-document.js';
import type { StoredStep } from '../../history/history-store.js';
import type { HistoryListener, MonitorHistory } from '../../history/monitor-history.js';
import type { Audience } from '../parts/part.js';
import { oldestBeyond } from '../../common/oldest-beyond.js';
import { inSlices } from '../../common/slices.js';
import type { GroupHistory } from '../../group-history/group-history.js';
import { sinceOf } from '../../group-history/step-sequence.js';
import { historyJson } from '../../history/history-json.js';
import type { InstanceInfo } from '../../metrics/collection/snapshot.js';
import { EventClient } from './event-client.js';

/** The most clients at once. */
export const MAX_CLIENTS = 50;

/** Steps that a client may be behind, about 30 seconds. One that is further behind is disconnected. */
const MAX_BEHIND = 33;

/** The most encoded steps that are kept, for clients that are a little behind. */
const MAX_ENCODED = 8;

/** How long a browser waits before it reconnects, in milliseconds. */
const RETRY = 2000;

/**
 * The event streams of one application. Each step is encoded once for all clients. Each client has its own position in the history
 * and reads from there at its own speed.
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
   * The events of all processes of a group. After the first event comes a `history` event, whose series are those of the steps that
   * follow. It has the steps after the one to continue from, whichever process sent that one.
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
      const document = await session.document({ since: after === undefined ? Date.now() : sinceOf(after) });
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

  /** The steps between the last one that was sent and now. The last step of 1 s has all totals, the others have none. */
  private async *missed(client: EventClient, history: MonitorHistory): AsyncGenerator<Buffer> {
    const steps = history.reader.stepsAfter(client.sequence);
    if (steps === undefined) {
      yield resetEvent(client, 'expired', history);
      return;
    }
    const last = steps.findLast(({ tier }) => tier.step === 1);
    for (const step of steps) {
      // With a slow client, the indexes of series may have changed meanwhile, and the history may have dropped the step.
      if (client.reset !== undefined) return;
      if (!history.reader.has(step)) return void (yield resetEvent(client, 'expired', history));
      client.sequence = step.sequence;
      yield stepEvent(step, history.reader.event(step, step === last ? 'all' : 'none'));
    }
  }

  private async *next(client: EventClient, history: MonitorHistory): AsyncGenerator<Buffer> {
    const { reset } = client;
    client.reset = undefined;
    if (reset !== undefined) {
      yield resetEvent(client, reset, history);
      return;
    }
    // Looked up again after each of them: the client may read slowly.
    while (client.reset === undefined && client.sequence !== history.sequence) {
      const [step] = history.reader.stepsAfter(client.sequence) ?? [];
      const encoded = step && this.encoded.get(step.sequence);
      if (step === undefined || encoded === undefined) {
        yield* this.missed(client, history);
        return;
      }
      client.sequence = step.sequence;
      yield encoded;
    }
  }

  /** Encodes a step while it is the last one: which totals have changed in it is not known later. */
  private encode(step: StoredStep, history: MonitorHistory): void {
    this.encoded.set(step.sequence, stepEvent(step, history.reader.event(step, 'changed')));
    const oldest = oldestBeyond(MAX_ENCODED, this.encoded);
    if (oldest !== undefined) this.encoded.delete(oldest);
  }

  private listenerOf(history: MonitorHistory): HistoryListener {
    return {
      onSteps: (steps) => {
        for (const step of steps) this.encode(step, history);
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
