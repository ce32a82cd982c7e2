import type { ConnectionListener, ConnectionState } from './connection-state.js';
import { refusalOf } from './connection-state.js';
import type {
  Finding,
  FindingsDocument,
  HistoryDocument,
  Instance,
  ProcessesEvent,
  StepEvent,
} from './endpoint-types.js';
import type { HistoryStore } from './history-store.js';
import { SleepWatch } from './sleep-watch.js';
import { KEPT_SECONDS } from './tier-data.js';

/** Milliseconds to the first retry; each further one waits twice as long, up to the last. */
const [FIRST_RETRY, LAST_RETRY] = [1_000, 10_000];

/** Milliseconds in which the process must answer. If its event loop is blocked, it accepts connections but does not answer. */
const TIMEOUT = 10_000;

/** The server sends a step every second. After this many milliseconds without one, the connection is dead. */
const SILENCE = 15_000;

/** Both are shorter for a group, where another process can answer instead. */
const [GROUP_TIMEOUT, GROUP_SILENCE] = [4_000, 5_000];

/** Milliseconds between two reads of the findings while the page is hidden. Its title has their number. */
const HIDDEN_INTERVAL = 60_000;

/**
 * Keeps the store up to date: loads the history, follows the server-sent events, and starts again when the
 * connection breaks, the computer wakes up or the process was replaced by another. A hidden page has no connection: over HTTP/1.1,
 * six of them would be all that a browser opens to a server, and the application could not be reached.
 */
export class Connection {
  private events: EventSource | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setInterval> | undefined;
  private delay = FIRST_RETRY;
  private lastEvent = 0;
  private lostSince: number | undefined;
  /** Whether the history is that of a group, which any of its processes can send. */
  private isGroup = false;
  /** The number of calls of {@link connect} and {@link disconnect}. Only the last call of {@link connect} has an effect. */
  private attempt = 0;
  private readonly sleep: SleepWatch;

  constructor(
    private readonly base: string,
    /** The one process to show; `undefined` for the whole group. */
    private readonly process: string | undefined,
    private readonly store: HistoryStore,
    private readonly listener: ConnectionListener,
  ) {
    this.sleep = new SleepWatch(listener.onSleep);
  }

  start(): void {
    document.addEventListener('visibilitychange', this.onVisibility);
    this.onVisibility();
  }

  stop(): void {
    document.removeEventListener('visibilitychange', this.onVisibility);
    this.disconnect();
  }

  private readonly onVisibility = (): void => {
    this.disconnect();
    if (document.hidden) {
      this.watch = setInterval(() => void this.loadFindings(), HIDDEN_INTERVAL);
      void this.loadFindings();
      return;
    }
    this.sleep.begin();
    this.watch = setInterval(() => this.check(), 2_000);
    void this.connect();
  };

  private disconnect(): void {
    clearInterval(this.watch);
    clearTimeout(this.retry);
    this.attempt++;
    this.events?.close();
    this.events = undefined;
  }

  retryNow(): void {
    void this.connect();
  }

  private async connect(): Promise<void> {
    const attempt = ++this.attempt;
    clearTimeout(this.retry);
    this.events?.close();
    this.events = undefined;
    let history: HistoryDocument;
    try {
      const response = await this.get('history', `last=${KEPT_SECONDS}`);
      if (attempt !== this.attempt) return;
      const refusal = refusalOf(response.status, this.process);
      if (refusal !== undefined) {
        this.tryLater(refusal);
        return;
      }
      if (!response.ok) throw new Error(`HTTP status ${response.status}`);
      history = (await response.json()) as HistoryDocument;
    } catch {
      if (attempt === this.attempt) this.lose();
      return;
    }
    if (attempt !== this.attempt) return;
    const before = this.store.instance;
    this.store.load(history);
    this.sleep.heard(history.time);
    const { processes } = history;
    this.isGroup = processes !== undefined;
    if (processes !== undefined) this.listener.onProcesses(processes);
    else if (before !== undefined && isOtherProcess(before, history.instance)) {
      this.listener.onRestart(before, history.instance);
    }
    this.lostSince = undefined;
    this.listener.onData();
    this.follow(history.sequence);
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
      const step = JSON.parse(event.data as string) as StepEvent;
      this.sleep.check();
      this.sleep.heard(step.time);
      this.lastEvent = Date.now();
      this.store.append(step);
      this.listener.onData();
    });
    // The series of the whole group, with the indexes that the steps of this connection use.
    events.addEventListener('history', (event) => {
      const history = JSON.parse(event.data as string) as HistoryDocument;
      this.store.rebase(history);
      if (history.processes !== undefined) this.listener.onProcesses(history.processes);
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
      this.sleep.check();
      if (wasOpen) this.lose();
      else void this.findReason();
    });
  }

  /** An event source does not say why it was refused. */
  private async findReason(): Promise<void> {
    const { attempt } = this;
    let status: number | undefined;
    try {
      const response = await this.get('events');
      status = response.status;
      // It may be a stream this time.
      await response.body?.cancel();
    } catch {
      // It does not answer at all.
    }
    if (attempt !== this.attempt) return;
    if (status === 503) this.tryLater({ kind: 'full' });
    else this.lose();
  }

  private async loadFindings(): Promise<void> {
    const { attempt } = this;
    try {
      const response = await this.get('findings');
      if (!response.ok) return;
      const { findings } = (await response.json()) as FindingsDocument;
      if (attempt === this.attempt) this.listener.onFindings(findings);
    } catch {
      // The next change comes as an event.
    }
  }

  private get(name: string, query = ''): Promise<Response> {
    const options = {
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(this.isGroup ? GROUP_TIMEOUT : TIMEOUT),
    };
    return fetch(this.address(name, query), options);
  }

  private address(name: string, query = ''): string {
    const process = this.process === undefined ? '' : `process=${encodeURIComponent(this.process)}`;
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
    this.sleep.check();
    // After the computer slept, the event source looks open and is not. If the process is stuck, it is open.
    if (this.events === undefined || this.events.readyState === EventSource.CLOSED) return;
    if (Date.now() - this.lastEvent < (this.isGroup ? GROUP_SILENCE : SILENCE)) return;
    this.lostSince ??= this.lastEvent;
    void this.connect();
  }
}

function isOtherProcess(a: Instance, b: Instance): boolean {
  return a.pid !== b.pid || a.start_time !== b.start_time || a.hostname !== b.hostname;
}
