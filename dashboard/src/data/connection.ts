import type { Finding, HistoryDocument, Instance, StepEvent } from './endpoint-types.js';
import type { HistoryStore } from './history-store.js';

/** What the page says about its connection to the process. */
export type ConnectionState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'live' }
  | { readonly kind: 'lost'; readonly since: number; readonly retryAt: number }
  | { readonly kind: 'refused'; readonly status: number }
  /** There is no history: it is switched off. */
  | { readonly kind: 'off' };

export interface ConnectionListener {
  readonly onState: (state: ConnectionState) => void;
  /** The store has changed. */
  readonly onData: () => void;
  readonly onFindings: (findings: readonly Finding[]) => void;
  /** The answers come from another process than before: it was restarted. */
  readonly onRestart: (before: Instance, now: Instance) => void;
}

/** Milliseconds to the first retry; each further one waits twice as long, up to the last. */
const [FIRST_RETRY, LAST_RETRY] = [1_000, 10_000];

/** The server sends a step every second. After so many milliseconds without one, the connection is dead or was asleep. */
const SILENCE = 15_000;

/**
 * Keeps the store up to date: loads the history, follows the server-sent events, and starts again when the
 * connection breaks, the computer wakes up or the process was replaced by another.
 */
export class Connection {
  private events: EventSource | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setInterval> | undefined;
  private delay = FIRST_RETRY;
  private lastEvent = 0;
  private lostSince: number | undefined;

  constructor(
    private readonly base: string,
    private readonly store: HistoryStore,
    private readonly listener: ConnectionListener,
  ) {}

  start(): void {
    this.watch = setInterval(() => this.checkSilence(), 5_000);
    void this.connect();
  }

  stop(): void {
    clearInterval(this.watch);
    clearTimeout(this.retry);
    this.events?.close();
  }

  retryNow(): void {
    clearTimeout(this.retry);
    void this.connect();
  }

  private async connect(): Promise<void> {
    this.events?.close();
    let document: HistoryDocument;
    try {
      const response = await fetch(`${this.base}/history`, { headers: { accept: 'application/json' } });
      if (response.status === 401 || response.status === 403) {
        this.listener.onState({ kind: 'refused', status: response.status });
        return;
      }
      if (response.status === 404) {
        this.listener.onState({ kind: 'off' });
        return;
      }
      if (!response.ok) throw new Error(`HTTP status ${response.status}`);
      document = (await response.json()) as HistoryDocument;
    } catch {
      this.lose();
      return;
    }
    const before = this.store.instance;
    this.store.load(document);
    if (before !== undefined && isOtherProcess(before, document.instance)) {
      this.listener.onRestart(before, document.instance);
    }
    this.listener.onData();
    this.follow(document.sequence);
    void this.loadFindings();
  }

  private follow(sequence: number): void {
    const events = new EventSource(`${this.base}/events?after=${sequence}`);
    this.events = events;
    this.lastEvent = Date.now();
    events.addEventListener('open', () => {
      this.delay = FIRST_RETRY;
      this.lostSince = undefined;
      this.listener.onState({ kind: 'live' });
    });
    events.addEventListener('step', (event) => {
      this.lastEvent = Date.now();
      this.store.append(JSON.parse(event.data as string) as StepEvent);
      this.listener.onData();
    });
    events.addEventListener('findings', (event) => {
      this.listener.onFindings(JSON.parse(event.data as string) as Finding[]);
    });
    // The server no longer has the steps in between, or is another process.
    events.addEventListener('reset', () => void this.connect());
    events.addEventListener('error', () => {
      if (events !== this.events) return;
      events.close();
      this.lose();
    });
  }

  private async loadFindings(): Promise<void> {
    try {
      const response = await fetch(`${this.base}/findings`, { headers: { accept: 'application/json' } });
      if (!response.ok) return;
      this.listener.onFindings(((await response.json()) as { findings: Finding[] }).findings);
    } catch {
      // The next change comes as an event.
    }
  }

  private lose(): void {
    this.lostSince ??= Date.now();
    this.listener.onState({ kind: 'lost', since: this.lostSince, retryAt: Date.now() + this.delay });
    clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.connect(), this.delay);
    this.delay = Math.min(this.delay * 2, LAST_RETRY);
  }

  /** A computer that slept has an event source that looks open and is not. */
  private checkSilence(): void {
    if (this.events?.readyState === EventSource.CLOSED || this.events === undefined) return;
    if (Date.now() - this.lastEvent < SILENCE) return;
    this.lastEvent = Date.now();
    void this.connect();
  }
}

function isOtherProcess(a: Instance, b: Instance): boolean {
  return a.pid !== b.pid || a.start_time !== b.start_time || a.hostname !== b.hostname;
}
