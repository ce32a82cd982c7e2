import { realClock } from '../common/clock.js';
import type { Finding } from '../findings/finding.js';
import type { Step } from '../history/history-document.js';
import { NotHistoryError } from '../history/merging/checked-series.js';
import type { AddedStep, HistoryOwner } from '../history/merging/history-copy.js';
import { HistoryCopy } from '../history/merging/history-copy.js';
import { checkedFindings } from './checked-findings.js';

/** Milliseconds without a step after which a process is late: one comes every second. */
const LATE_AFTER = 2500;

/** What others want to know of it. */
export interface FeedListener {
  /** A step has come. */
  onStep(feed: HistoryFeed, step: AddedStep): void;
  /** The whole history has come, for the first time or again. */
  onWhole(feed: HistoryFeed, reason: unknown): void;
  onFindings(): void;
  /** A process has ended. Its totals are needed from its file from now on: its journal, which is read next, has none. */
  onEnd(): Promise<void>;
}

/** One process or thread of the group as it tells its history: see `follow()`. */
export class HistoryFeed {
  copy: HistoryCopy;
  findings: readonly Finding[] = [];
  /** Whether its whole history has come. */
  isLoaded = false;
  private loading: HistoryCopy | undefined;
  /** When it last said something, in milliseconds since 1970; before that, since when it has been asked. */
  silentSince = Date.now();
  private heardAt = realClock();

  constructor(
    readonly owner: HistoryOwner,
    private readonly kept: Readonly<Record<Step, number>>,
    private readonly listener: FeedListener,
  ) {
    this.copy = new HistoryCopy(owner, kept);
  }

  /** Whether its whole history is coming. */
  get isLoading(): boolean {
    return this.loading !== undefined;
  }

  /** Seconds since it last said something. */
  get age(): number {
    return (realClock() - this.heardAt) / 1000;
  }

  get state(): 'ok' | 'late' | 'ended' {
    if (this.copy.hasEnded) return 'ended';
    return this.isLoaded && this.age * 1000 <= LATE_AFTER ? 'ok' : 'late';
  }

  /** What stands in until it answers, and when it was written, in milliseconds since 1970. */
  standIn(copy: HistoryCopy, writtenAt: number): void {
    if (this.isLoaded) return;
    this.copy = copy;
    this.hear(writtenAt);
  }

  end(): void {
    this.copy.hasEnded = true;
    this.findings = [];
  }

  /** Takes an item of the answer. @throws NotHistoryError for anything else. */
  take(item: unknown): void {
    if (!Array.isArray(item)) throw new NotHistoryError('no item of a history');
    const [tag, second, third, fourth, fifth] = item as unknown[];
    if (tag === 'row') this.takeRow(second);
    else if (tag === 'findings') this.takeFindings(second);
    else if (tag === 'history') this.begin(second, third);
    else if (tag === 'column') this.known.setColumn(stepOf(second), third, fourth, fifth);
    else if (tag === 'heat') this.known.setHeat(stepOf(second), third, fourth);
    else if (tag === 'whole') this.finish(second);
    else throw new NotHistoryError('an unknown item of a history');
  }

  /** The copy that is being filled. */
  private get known(): HistoryCopy {
    if (this.loading === undefined) throw new NotHistoryError('a part of no history');
    return this.loading;
  }

  private begin(head: unknown, times: unknown): void {
    const { instance, dropped_series: dropped, series, latest } = (head ?? {}) as Record<string, unknown>;
    const [seconds, tens] = Array.isArray(times) ? (times as unknown[]) : [];
    const copy = new HistoryCopy(this.owner, this.kept);
    copy.addSeries(series);
    copy.setLatest(latest);
    copy.setInstance(instance);
    copy.dropped = typeof dropped === 'number' ? dropped : 0;
    copy.setTimes(1, seconds);
    copy.setTimes(10, tens);
    this.loading = copy;
  }

  private finish(reason: unknown): void {
    this.known.endColumns();
    this.copy = this.known;
    this.loading = undefined;
    this.isLoaded = true;
    this.hear();
    this.listener.onWhole(this, reason);
  }

  private takeRow(row: unknown): void {
    const step = this.copy.append(row);
    this.hear();
    if (step !== undefined) this.listener.onStep(this, step);
  }

  private hear(at = Date.now()): void {
    this.silentSince = at;
    this.heardAt = realClock() - Math.max(0, Date.now() - at);
  }

  private takeFindings(findings: unknown): void {
    this.findings = checkedFindings(findings, this.owner);
    this.listener.onFindings();
  }
}

function stepOf(step: unknown): Step {
  if (step !== 1 && step !== 10) throw new NotHistoryError('no step');
  return step;
}
