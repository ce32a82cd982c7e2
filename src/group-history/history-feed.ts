import { realClock } from '../common/clock.js';
import type { Finding } from '../findings/finding.js';
import type { Step } from '../history/history-document.js';
import { NotHistoryError } from '../history/merging/checked-series.js';
import type { AddedStep, HistoryOwner } from '../history/merging/history-copy.js';
import { HistoryCopy } from '../history/merging/history-copy.js';
import { checkedFindings } from './checked-findings.js';

/** Milliseconds without a step after which a process is late: one comes every second. */
const LATE_AFTER = 2500;

/** Called when a feed has changed. */
export interface FeedListener {
  /** A step was received. */
  onStep(feed: HistoryFeed, step: AddedStep): void;
  /** The whole history was received, for the first time or again. */
  onWhole(feed: HistoryFeed, reason: unknown): void;
  onFindings(): void;
  /** A process has ended. From now on, its totals come from its totals file: its journal, which is read next, has none. */
  onEnd(): Promise<void>;
}

/** The history that one process or thread of the group sends: see `follow()`. */
export class HistoryFeed {
  copy: HistoryCopy;
  findings: readonly Finding[] = [];
  /** Whether its whole history was received. */
  isLoaded = false;
  private loading: HistoryCopy | undefined;
  /** Whether it answers, but without its history: that may be switched off, or be of another version. */
  isWithoutHistory = false;
  /** When it last answered or wrote a part of its history, in milliseconds since 1970; before that, when this feed was created. */
  silentSince = Date.now();
  private receivedAt = realClock();

  constructor(
    readonly owner: HistoryOwner,
    private readonly kept: Readonly<Record<Step, number>>,
    private readonly listener: FeedListener,
  ) {
    this.copy = new HistoryCopy(owner, kept);
  }

  /** Whether its whole history is being received. */
  get isLoading(): boolean {
    return this.loading !== undefined;
  }

  /** Seconds since {@link silentSince}. */
  get age(): number {
    return (realClock() - this.receivedAt) / 1000;
  }

  get state(): 'ok' | 'late' | 'ended' {
    if (this.copy.hasEnded) return 'ended';
    return this.isWithoutHistory || this.isSending ? 'ok' : 'late';
  }

  /** Whether it sends its steps. */
  get isSending(): boolean {
    return this.isLoaded && !this.isWithoutHistory && this.age * 1000 <= LATE_AFTER;
  }

  /** Called when the process has answered, but not with its history. */
  answeredWithoutHistory(): void {
    this.isWithoutHistory = true;
    this.loading = undefined;
    this.markReceived();
  }

  /** Called when the process could not be reached. */
  didNotAnswer(): void {
    this.isWithoutHistory = false;
    this.loading = undefined;
  }

  /** Uses a copy from the journal until the process answers. @param writtenAt in milliseconds since 1970. */
  useJournal(copy: HistoryCopy, writtenAt: number): void {
    if (this.isLoaded) return;
    this.copy = copy;
    this.markReceived(writtenAt);
  }

  end(): void {
    this.copy.hasEnded = true;
    this.findings = [];
  }

  /** Takes an item of the response. @throws NotHistoryError for anything else. */
  take(item: unknown): void {
    if (!Array.isArray(item)) throw new NotHistoryError('no item of a history');
    const [tag, second, third, fourth, fifth] = item as unknown[];
    if (tag === 'row') this.takeRow(second);
    else if (tag === 'findings') this.takeFindings(second);
    else if (tag === 'history') this.begin(second, third, fourth);
    else if (tag === 'series') this.takeSeries(second, third);
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

  private begin(head: unknown, times: unknown, lengths: unknown): void {
    const { instance, dropped_series: dropped } = (head ?? {}) as Record<string, unknown>;
    const [timesOfSeconds, timesOfTens] = listOf(times);
    const [lengthsOfSeconds, lengthsOfTens] = listOf(lengths);
    const copy = new HistoryCopy(this.owner, this.kept);
    copy.setInstance(instance);
    copy.dropped = typeof dropped === 'number' ? dropped : 0;
    copy.setTimes(1, timesOfSeconds, lengthsOfSeconds);
    copy.setTimes(10, timesOfTens, lengthsOfTens);
    this.loading = copy;
  }

  /** Takes series of the whole history, or those that are new in the next step. */
  private takeSeries(series: unknown, latest: unknown): void {
    (this.isLoaded ? (this.loading ?? this.copy) : this.known).addSeries(series, latest);
  }

  private finish(reason: unknown): void {
    this.known.endColumns();
    this.copy = this.known;
    this.loading = undefined;
    this.isLoaded = true;
    this.isWithoutHistory = false;
    this.markReceived();
    this.listener.onWhole(this, reason);
  }

  private takeRow(row: unknown): void {
    const step = this.copy.append(row);
    this.markReceived();
    if (step !== undefined) this.listener.onStep(this, step);
  }

  private markReceived(at = Date.now()): void {
    this.silentSince = at;
    this.receivedAt = realClock() - Math.max(0, Date.now() - at);
  }

  private takeFindings(findings: unknown): void {
    this.findings = checkedFindings(findings, this.owner);
    this.listener.onFindings();
  }
}

function listOf(list: unknown): readonly unknown[] {
  return Array.isArray(list) ? list : [];
}

function stepOf(step: unknown): Step {
  if (step !== 1 && step !== 10) throw new NotHistoryError('no step');
  return step;
}
