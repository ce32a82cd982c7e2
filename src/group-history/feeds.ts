import { setMaxListeners } from 'node:events';
import { pauseFor } from '../common/pause.js';
import { realTimers } from '../common/real-timers.js';
import { HistoryCopy } from '../history/merging/history-copy.js';
import { journalTime, readJournal } from '../history/journal/read-journal.js';
import type { Member } from '../processes/group/member.js';
import type { MemberName } from '../processes/group/member-name.js';
import type { ProcessGroup } from '../processes/group/process-group.js';
import { CallFailedError } from '../processes/peers/call-peer.js';
import { NO_HANDLER } from '../processes/processes.messages.js';
import { readEndedHistories, shownEnded } from './ended-histories.js';
import type { Followed } from './follow.js';
import { FOLLOW, follow } from './follow.js';
import type { FeedListener } from './history-feed.js';
import { HistoryFeed } from './history-feed.js';

/** Milliseconds until a process is called again: if it did not answer or has no history, and if it sent something else. */
const [RETRY, PAUSE] = [1000, 30_000];

/** Milliseconds in which a process must begin to send its history, and in which it must have sent all of it. */
const [BEGIN_TIMEOUT, WHOLE_TIMEOUT] = [1000, 5000];

const CALL = { method: FOLLOW, parameters: null, patience: BEGIN_TIMEOUT };

/** The histories of all processes of the group, kept up to date until {@link stop}. */
export class Feeds {
  private readonly byName = new Map<string, HistoryFeed>();
  private past: HistoryCopy[] = [];
  private readonly stopping = new AbortController();

  constructor(
    private readonly group: ProcessGroup,
    private readonly followed: Followed,
    private readonly listener: FeedListener,
    private readonly onLeftOut: (member: MemberName, reason: string) => void,
  ) {
    // Each process that is followed listens to it. From the eleventh on, Node would print a warning.
    setMaxListeners(0, this.stopping.signal);
  }

  /** The feeds of processes that send their history, or did so until they ended. This process is first. */
  get all(): readonly HistoryFeed[] {
    return [...this.byName.values()];
  }

  /** All histories, those of main threads first. */
  get copies(): readonly HistoryCopy[] {
    const copies = [...this.all.map(({ copy }) => copy), ...this.past];
    return copies.toSorted((a, b) => Number(a.owner.thread !== null) - Number(b.owner.thread !== null));
  }

  /** The names of the processes that send their totals with their history. */
  get reporting(): ReadonlySet<string> {
    return new Set(
      this.all.flatMap(({ owner, isLoaded, copy }) => (isLoaded && !copy.hasEnded ? [owner.text] : [])),
    );
  }

  /** The histories of processes that had ended before {@link start}. */
  get ended(): readonly HistoryCopy[] {
    return this.past;
  }

  /** Starts, and waits until the histories are loaded. For a process that does not answer, its journal is used. */
  async start(): Promise<void> {
    const own = this.followOwn(this.add(this.group.name));
    await this.group.roster.update();
    const others = this.followNew();
    this.past = await readEndedHistories(this.group.directory, this.followed.history.kept, (text) =>
      this.byName.has(text),
    );
    await Promise.all([own, others]);
  }

  /** Adds new processes, and removes histories of ended ones that are too old or too many. To be called regularly. */
  async update(): Promise<void> {
    await this.group.roster.update();
    void this.followNew();
    const oldest = Date.now() - this.followed.history.kept[10] * 10_000;
    const shown = shownEnded(
      this.copies.filter(({ hasEnded }) => hasEnded),
      oldest,
    );
    this.past = this.past.filter((copy) => shown.has(copy));
    for (const [text, { copy }] of this.byName) {
      if (copy.hasEnded && !shown.has(copy)) this.byName.delete(text);
    }
  }

  stop(): void {
    this.stopping.abort();
  }

  get isStopped(): boolean {
    return this.stopping.signal.aborted;
  }

  private add(name: MemberName): HistoryFeed {
    const feed = new HistoryFeed(name, this.followed.history.kept, this.listener);
    this.byName.set(name.text, feed);
    return feed;
  }

  /** Resolves when the histories of the processes that are new are loaded. */
  private async followNew(): Promise<void> {
    const isNew = ({ name, state }: Member) => state !== 'ended' && !this.byName.has(name.text);
    const added = this.group.roster.members.filter(isNew);
    await Promise.all(added.map(({ name }) => this.followOther(name)));
  }

  /** Resolves when the whole history is loaded. */
  private followOwn(feed: HistoryFeed): Promise<void> {
    return new Promise((resolve, reject) => {
      const run = async () => {
        for await (const items of follow(this.followed, this.stopping.signal)) {
          for (const item of items) feed.take(JSON.parse(item));
          if (feed.isLoaded) resolve();
        }
        resolve();
      };
      run().catch(reject);
    });
  }

  /** Resolves when its history is loaded, or its journal was read instead. */
  private followOther(name: MemberName): Promise<void> {
    const feed = this.add(name);
    return new Promise((resolve) => {
      const begun = realTimers.setTimeout(() => feed.isLoading || void useJournal(), BEGIN_TIMEOUT);
      const whole = realTimers.setTimeout(() => void useJournal(), WHOLE_TIMEOUT);
      const settle = () => {
        realTimers.clearTimeout(begun);
        realTimers.clearTimeout(whole);
        resolve();
      };
      const useJournal = async () => {
        await this.useJournal(name, feed);
        settle();
      };
      this.run(name, feed, settle).then(settle, settle);
    });
  }

  private async run(name: MemberName, feed: HistoryFeed, onLoaded: () => void): Promise<void> {
    let hasNoHandler = false;
    while (!this.isStopped) {
      let pause = RETRY;
      try {
        for await (const item of this.group.ask(name, CALL, this.stopping.signal)) {
          feed.take(item);
          if (feed.isLoaded) onLoaded();
        }
      } catch (thrown) {
        if (this.isStopped) return;
        if (isNoAnswer(thrown)) feed.didNotAnswer();
        else {
          feed.answeredWithoutHistory();
          const { message } = thrown as Error;
          const hadNoHandler = hasNoHandler;
          hasNoHandler = message.endsWith(NO_HANDLER(FOLLOW));
          if (!hasNoHandler) pause = PAUSE;
          // A process that is still joining has no handler for some milliseconds.
          if (!hasNoHandler || hadNoHandler) this.onLeftOut(name, message);
        }
      }
      if (this.isStopped) return;
      if (await this.hasEnded(name, feed)) {
        await this.listener.onEnd();
        // Adds the steps that the process wrote to its journal and did not send.
        await readJournal(this.group.directory.in(name.text), feed.copy).catch(() => {});
        feed.end();
        return;
      }
      await this.useJournal(name, feed);
      onLoaded();
      await pauseFor(pause, this.stopping.signal);
    }
  }

  private async useJournal(name: MemberName, feed: HistoryFeed): Promise<void> {
    if (feed.isLoaded) return;
    const path = this.group.directory.in(name.text);
    const time = await journalTime(path);
    // It has written nothing since: reading the journal of a day again and again takes much CPU.
    if (time === undefined || time === feed.silentSince) return;
    const copy = new HistoryCopy(name, this.followed.history.kept);
    const written = await readJournal(path, copy).catch(() => {});
    if (written !== undefined) feed.useJournal(copy, time);
  }

  private async hasEnded(name: MemberName, feed: HistoryFeed): Promise<boolean> {
    await this.group.roster.update().catch(() => {});
    const member = this.group.roster.find(name);
    // The totals of a process that does not send them with its history are read.
    await (feed.isWithoutHistory ? member?.read({ kind: 'now' }) : member?.probe());
    return member === undefined || member.state === 'ended';
  }
}

function isNoAnswer(thrown: unknown): boolean {
  return thrown instanceof CallFailedError && ['gone', 'late'].includes(thrown.failure);
}
