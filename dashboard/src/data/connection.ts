import type {
  Finding,
  FindingsDocument,
  HistoryDocument,
  Instance,
  ProcessActivity,
  ProcessesEvent,
  StepEvent,
} from './endpoint-types.js';
import type { HistoryStore } from './history-store.js';

/** What the page says about its connection to the process. */
export type ConnectionState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'live' }
  /** The process does not answer. */
  | { readonly kind: 'lost'; readonly since: number }
  /** It answers, and has no room for another live page: this one reads the history again from time to time. */
  | { readonly kind: 'full' }
  | { readonly kind: 'refused'; readonly status: number }
  /** The process that was chosen has ended. */
  | { readonly kind: 'ended' }
  /** There is no history: it is switched off. */
  | { readonly kind: 'off' };

/** A time in which the page did not run, in milliseconds since 1970: the computer was asleep. */
export interface Sleep {
  readonly from: number;
  readonly to: number;
}

export interface ConnectionListener {
  readonly onState: (state: ConnectionState) => void;
  /** The store has changed. */
  readonly onData: () => void;
  readonly onFindings: (findings: readonly Finding[]) => void;
  /** Where several processes answer together. */
  readonly onProcesses: (processes: readonly ProcessActivity[]) => void;
  /** The answers come from another process than before: it was restarted. */
  readonly onRestart: (before: Instance, now: Instance) => void;
  readonly onSleep: (sleep: Sleep) => void;
}

/** Milliseconds to the first retry; each further one waits twice as long, up to the last. */
const [FIRST_RETRY, LAST_RETRY] = [1_000, 10_000];

/** Milliseconds in which the process must answer. One whose event loop is blocked accepts connections and does not. */
const TIMEOUT = 10_000;

/** The server sends a step every second. After so many milliseconds without one, the connection is dead. */
const SILENCE = 15_000;

/** Both are shorter where another process can answer in place of one that does not. */
const [GROUP_TIMEOUT, GROUP_SILENCE] = [4_000, 5_000];

/** A browser runs the timers of a page in the background once a minute. One that runs later than this was asleep. */
const ASLEEP = 90_000;

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
  private lastCheck = 0;
  private lostSince: number | undefined;
  /** Whether several processes answer together, and any of them for all. */
  private isGroup = false;
  /** Of the calls of {@link connect}, the last one counts. */
  private attempt = 0;

  constructor(
    private readonly base: string,
    /** The one process to show; `undefined` for all that answer together. */
    private readonly process: number | undefined,
    private readonly store: HistoryStore,
    private readonly listener: ConnectionListener,
  ) {}

  start(): void {
    this.lastCheck = Date.now();
    this.watch = setInterval(() => this.check(), 2_000);
    void this.connect();
  }

  stop(): void {
    clearInterval(this.watch);
    clearTimeout(this.retry);
    this.attempt++;
    this.events?.close();
  }

  retryNow(): void {
    void this.connect();
  }

  private async connect(): Promise<void> {
    const attempt = ++this.attempt;
    clearTimeout(this.retry);
    this.events?.close();
    this.events = undefined;
    let document: HistoryDocument;
    try {
      const response = await this.get('history');
      if (attempt !== this.attempt) return;
      if (response.status === 401 || response.status === 403) {
        this.listener.onState({ kind: 'refused', status: response.status });
        return;
      }
      if (response.status === 404) {
        this.listener.onState({ kind: this.process === undefined ? 'off' : 'ended' });
        return;
      }
      if (!response.ok) throw new Error(`HTTP status ${response.status}`);
      document = (await response.json()) as HistoryDocument;
    } catch {
      if (attempt === this.attempt) this.lose();
      return;
    }
    if (attempt !== this.attempt) return;
    const before = this.store.instance;
    this.store.load(document);
    const { processes } = document;
    this.isGroup = processes !== undefined;
    if (processes !== undefined) this.listener.onProcesses(processes);
    else if (before !== undefined && isOtherProcess(before, document.instance)) {
      this.listener.onRestart(before, document.instance);
    }
    this.lostSince = undefined;
    this.listener.onData();
    this.follow(document.sequence);
    void this.loadFindings();
  }

  private follow(sequence: number): void {
    const events = new EventSource(this.address('events', `after=${sequence}`));
    this.events = events;
    this.lastEvent = Date.now();
    let wasOpen = false;
    events.addEventListener('open', () => {
      wasOpen = true;
      this.delay = FIRST_RETRY;
      this.listener.onState({ kind: 'live' });
    });
    events.addEventListener('step', (event) => {
      this.checkSleep();
      this.lastEvent = Date.now();
      this.store.append(JSON.parse(event.data as string) as StepEvent);
      this.listener.onData();
    });
    // The series of all processes together, as the steps of this connection have them.
    events.addEventListener('history', (event) => {
      const document = JSON.parse(event.data as string) as HistoryDocument;
      this.store.rebase(document);
      if (document.processes !== undefined) this.listener.onProcesses(document.processes);
      this.listener.onData();
    });
    events.addEventListener('processes', (event) => {
      this.listener.onProcesses((JSON.parse(event.data as string) as ProcessesEvent).processes);
    });
    events.addEventListener('findings', (event) => {
      this.listener.onFindings(JSON.parse(event.data as string) as Finding[]);
    });
    // The server no longer has the steps in between, or is another process.
    events.addEventListener('reset', () => void this.connect());
    events.addEventListener('error', () => {
      if (events !== this.events) return;
      events.close();
      this.checkSleep();
      // The history came a moment ago, so the process is there, and refuses a further stream only.
      if (wasOpen) this.lose();
      else this.tryLater({ kind: 'full' });
    });
  }

  private async loadFindings(): Promise<void> {
    try {
      const response = await this.get('findings');
      if (response.ok) this.listener.onFindings(((await response.json()) as FindingsDocument).findings);
    } catch {
      // The next change comes as an event.
    }
  }

  private get(name: string): Promise<Response> {
    const options = {
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(this.isGroup ? GROUP_TIMEOUT : TIMEOUT),
    };
    return fetch(this.address(name), options);
  }

  private address(name: string, query = ''): string {
    const process = this.process === undefined ? '' : `process=${this.process}`;
    return `${this.base}/${name}?${[query, process].filter(Boolean).join('&')}`;
  }

  private lose(): void {
    this.lostSince ??= Date.now();
    this.tryLater({ kind: 'lost', since: this.lostSince });
  }

  private tryLater(state: ConnectionState): void {
    this.listener.onState(state);
    clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.connect(), this.delay);
    this.delay = Math.min(this.delay * 2, LAST_RETRY);
  }

  private check(): void {
    this.checkSleep();
    // The event source of a computer that slept looks open and is not. That of a process that is stuck is open.
    if (this.events === undefined || this.events.readyState === EventSource.CLOSED) return;
    if (Date.now() - this.lastEvent < (this.isGroup ? GROUP_SILENCE : SILENCE)) return;
    this.lostSince ??= this.lastEvent;
    void this.connect();
  }

  private checkSleep(): void {
    const now = Date.now();
    const from = Math.max(this.lastCheck, this.lastEvent);
    this.lastCheck = now;
    if (now - from > ASLEEP) this.listener.onSleep({ from, to: now });
  }
}

function isOtherProcess(a: Instance, b: Instance): boolean {
  return a.pid !== b.pid || a.start_time !== b.start_time || a.hostname !== b.hostname;
}
