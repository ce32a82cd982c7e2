import { inSlices } from '../common/slices.js';
import { realTimers } from '../common/real-timers.js';
import { SharedRun } from '../common/shared-run.js';
import type { Finding } from '../findings/finding.js';
import type {
  HistoryDocument,
  HistoryQuery,
  ProcessActivity,
  ResetEvent,
  Step,
} from '../history/history-document.js';
import type { AddedStep } from '../history/merging/history-copy.js';
import type { TierCopy } from '../history/merging/tier-copy.js';
import type { MemberName } from '../processes/group/member-name.js';
import type { ProcessGroup } from '../processes/group/process-group.js';
import { EmittedEvents } from './emitted-events.js';
import { Feeds } from './feeds.js';
import type { Followed } from './follow.js';
import { groupFindings } from './group-findings.js';
import type { FeedListener, HistoryFeed } from './history-feed.js';
import { MergedHistory } from './merged-history.js';
import { OtherTotals } from './other-totals.js';
import { activityOf } from './process-activity.js';

/** Milliseconds after the end of a step in which the processes must have told it. */
const STEP_TIMEOUT = 1000;

/** Milliseconds between two looks for processes that are new or have ended, and steps that are due. */
const TICK = 500;

/** Steps that are sent again one by one. Of more, clients read the history again. */
const FEW = 30;

/** Milliseconds for which a process that has ended is listed. */
const LISTED = 300_000;

/** The group as somebody looks at it: the histories of all processes, merged, and each new step. */
export class GroupSession implements FeedListener {
  readonly events = new EmittedEvents();
  private readonly feeds: Feeds;
  private readonly merged: MergedHistory;
  private readonly others: OtherTotals;
  private readonly emitting = new SharedRun(() => this.emitDue());
  /** Steps that a process has told after they were emitted. */
  private readonly late: Record<Step, Set<number>> = { 1: new Set(), 10: new Set() };
  private timer: NodeJS.Timeout | undefined;
  private isReady = false;
  private findingsText = '[]';
  readonly ready: Promise<void>;

  constructor(
    group: ProcessGroup,
    private readonly followed: Followed,
    onLeftOut: (member: MemberName, reason: string) => void,
  ) {
    this.feeds = new Feeds(group, followed, this, onLeftOut);
    this.others = new OtherTotals(group, () => this.feeds.telling);
    this.merged = new MergedHistory(() => this.feeds.copies, this.others, this.events);
    this.ready = this.start();
  }

  stop(): void {
    realTimers.clearInterval(this.timer);
    this.feeds.stop();
  }

  /** The history of the group up to the last step that was emitted. */
  document(query: HistoryQuery): Promise<HistoryDocument> {
    const instance = this.followed.history.instance();
    return inSlices(this.merged.document(query, { instance, processes: this.activities() }));
  }

  /** Who is in the group, this process first: what each does, and who does not answer. */
  activities(): ProcessActivity[] {
    const listed = Date.now() - LISTED;
    const past = this.feeds.ended.map((copy) => ({ copy, state: 'ended' as const, age: 0 }));
    return [...this.feeds.all, ...past]
      .filter(({ copy, state }) => state !== 'ended' || copy.tiers[1].last > listed)
      .map(({ copy, state, age }) => {
        const lastSaid = Math.max(0, Date.now() - copy.tiers[1].last) / 1000;
        return activityOf(copy, state, state === 'ended' ? lastSaid : age);
      });
  }

  findings(): Finding[] {
    return groupFindings(this.feeds.all);
  }

  onStep(_feed: HistoryFeed, { step, slot }: AddedStep): void {
    if (!this.isReady) return;
    if (slot <= this.merged.lastOf(step)) this.late[step].add(slot);
    this.emitSoon();
  }

  onWhole({ copy }: HistoryFeed, reason: unknown): void {
    if (!this.isReady) return;
    // All times are different.
    if (reason === 'clock') {
      this.begin();
      this.reset('clock');
      return;
    }
    // It tells what nobody could know: a new process has a few steps, and one that did not answer has many.
    for (const step of [1, 10] as const) {
      const missed = copy.tiers[step].slots.filter((slot) => slot <= this.merged.lastOf(step));
      if (missed.length > FEW) {
        this.reset('expired');
        return;
      }
      for (const slot of missed) this.late[step].add(slot);
    }
    this.emitSoon();
  }

  onFindings(): void {
    this.emitFindings();
  }

  onEnd(): Promise<void> {
    return this.others.update();
  }

  private async start(): Promise<void> {
    await this.feeds.start();
    await this.others.update();
    this.begin();
    this.isReady = true;
    this.timer = realTimers.setInterval(() => {
      void this.feeds.update().catch(() => {});
      this.emitFindings();
      this.emitSoon();
    }, TICK);
    this.timer.unref();
  }

  /** The documents have the steps that all processes have told. */
  private begin(): void {
    const answering = this.answering();
    const last = (step: Step) => {
      // Those that have just started have none.
      const all = answering.map(({ copy }) => copy.tiers[step].last).filter(Number.isFinite);
      return all.length === 0 ? -Infinity : Math.min(...all);
    };
    this.merged.begin({ 1: last(1), 10: last(10) });
  }

  private answering(): HistoryFeed[] {
    const feeds = this.feeds.all.filter(({ isLoaded, copy }) => isLoaded && !copy.hasEnded);
    const ok = feeds.filter(({ state }) => state === 'ok');
    return ok.length > 0 ? ok : feeds.slice(0, 1);
  }

  private reset(reason: ResetEvent['reason']): void {
    const { sequence } = this.merged;
    this.events.emit('reset', JSON.stringify({ reason, sequence }), sequence);
  }

  private emitSoon(): void {
    void this.emitting.run().catch(() => {});
  }

  /** Emits the steps that all processes have told, or have not told in time, and those that were told late. */
  private async emitDue(): Promise<void> {
    let hasEmitted = false;
    for (const step of [1, 10] as const) {
      for (;;) {
        const tiers = this.answering().map(({ copy }) => copy.tiers[step]);
        const next = nextSlot(tiers, this.merged.lastOf(step));
        if (next === undefined) break;
        const isWaitedFor = tiers.some(({ last }) => last < next) && Date.now() < next + STEP_TIMEOUT;
        if (isWaitedFor) break;
        await this.emit(step, next);
        hasEmitted = true;
      }
      for (const slot of this.late[step]) {
        this.late[step].delete(slot);
        await this.emit(step, slot);
      }
    }
    if (hasEmitted) this.events.emit('processes', JSON.stringify({ processes: this.activities() }));
  }

  private async emit(step: Step, slot: number): Promise<void> {
    await this.others.update();
    await this.merged.emit(step, slot);
  }

  private emitFindings(): void {
    const text = JSON.stringify(this.findings());
    if (text === this.findingsText) return;
    this.findingsText = text;
    this.events.emit('findings', text);
  }
}

/** The next slot that any of them has: where all were suspended, there is none. */
function nextSlot(tiers: readonly TierCopy[], after: number): number | undefined {
  const next = tiers.flatMap(({ slots }) => slots.find((slot) => slot > after) ?? []);
  return next.length === 0 ? undefined : Math.min(...next);
}
