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
import { withHosts } from '../metrics/source/process-hosts.js';
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

/** Milliseconds after the end of a step in which the processes must have sent it. */
const STEP_TIMEOUT = 1000;

/** Milliseconds between two checks for processes that are new or have ended, and for steps that are due. */
const TICK = 500;

/** The most steps that are sent again one by one. If there are more, clients read the history again. */
const FEW = 30;

/** Milliseconds for which a process that has ended is listed. */
const LISTED = 300_000;

/** What is known of a process that had ended before this session. */
const PAST = { state: 'ended', age: 0, isSending: false } as const;

/** The merged histories of all processes of the group, with an event for each new step. */
export class GroupSession implements FeedListener {
  readonly events = new EmittedEvents();
  private readonly feeds: Feeds;
  private readonly merged: MergedHistory;
  private readonly others: OtherTotals;
  private readonly emitting = new SharedRun(() => this.emitDue());
  /** Steps that a process has sent after they were emitted. */
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
    this.others = new OtherTotals(group, () => this.feeds.reporting);
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

  /** The state and activity of each process of the group, this process first. */
  activities(): ProcessActivity[] {
    const listed = Date.now() - LISTED;
    const past = this.feeds.ended.map((copy) => ({ copy, ...PAST }));
    const shown = [...this.feeds.all, ...past].filter(
      ({ copy, state }) => state !== 'ended' || copy.tiers[1].last > listed,
    );
    return withHosts<ProcessActivity>(
      shown.map(({ copy, state, age, isSending }) => {
        const lastSaid = Math.max(0, Date.now() - copy.tiers[1].last) / 1000;
        const activity = activityOf({ copy, state, age: state === 'ended' ? lastSaid : age, isSending });
        return [activity, copy.identity.hostname];
      }),
    );
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
    // All times have changed.
    if (reason === 'clock') {
      this.begin();
      this.reset('clock');
      return;
    }
    // The history has steps that were emitted without it: a few if the process is new, many if it did not answer before.
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
    if (this.feeds.isStopped) return;
    this.timer = realTimers.setInterval(() => {
      void this.feeds.update().catch(() => {});
      this.emitFindings();
      this.emitSoon();
    }, TICK);
    this.timer.unref();
  }

  /** Begins after the last step that all answering processes have sent. */
  private begin(): void {
    const answering = this.answering();
    const last = (step: Step) => {
      // Processes that have just started have no steps.
      const all = answering.map(({ copy }) => copy.tiers[step].last).filter(Number.isFinite);
      return all.length === 0 ? -Infinity : Math.min(...all);
    };
    this.merged.begin({ 1: last(1), 10: last(10) });
  }

  private answering(): HistoryFeed[] {
    const feeds = this.feeds.all.filter(({ isLoaded, copy }) => isLoaded && !copy.hasEnded);
    const sending = feeds.filter(({ isSending }) => isSending);
    return sending.length > 0 ? sending : feeds.slice(0, 1);
  }

  private reset(reason: ResetEvent['reason']): void {
    const { sequence } = this.merged;
    this.events.emit('reset', JSON.stringify({ reason, sequence }), sequence);
  }

  private emitSoon(): void {
    void this.emitting.run().catch(() => {});
  }

  /** Emits the steps that all processes have sent or whose timeout is over, and those that were sent late. */
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

/** The next slot that any process has. There is none for a time in which all were suspended. */
function nextSlot(tiers: readonly TierCopy[], after: number): number | undefined {
  const next = tiers.flatMap(({ slots }) => slots.find((slot) => slot > after) ?? []);
  return next.length === 0 ? undefined : Math.min(...next);
}
