import { lstat } from 'node:fs/promises';
import { realTimers } from '../common/real-timers.js';
import { HistoryCopy } from '../history/merging/history-copy.js';
import { JOURNAL_FILE, JOURNAL_FILES } from '../history/journal/history-journal.js';
import { readJournal } from '../history/journal/read-journal.js';
import type { MemberName } from '../processes/group/member-name.js';
import { parseName } from '../processes/group/member-name.js';
import type { ProcessGroup } from '../processes/group/process-group.js';
import { CallFailedError } from '../processes/peers/call-peer.js';
import type { Followed } from './follow.js';
import { FOLLOW, follow } from './follow.js';
import type { FeedListener } from './history-feed.js';
import { HistoryFeed } from './history-feed.js';

/** Milliseconds until a process that has not answered is called again; and one that has answered with something else. */
const [RETRY, PAUSE] = [1000, 30_000];

/** Milliseconds in which a process must begin to tell its history, and in which it must have told it. */
const [BEGIN_TIMEOUT, WHOLE_TIMEOUT] = [1000, 5000];

const CALL = { method: FOLLOW, parameters: null, patience: BEGIN_TIMEOUT };

/** The most processes that have ended of which the history is shown: those that ended last. */
export const MOST_ENDED = 32;

/** The histories of all processes of the group, kept up to date as long as somebody looks. */
export class Feeds {
  private readonly byName = new Map<string, HistoryFeed>();
  private past: HistoryCopy[] = [];
  private readonly stopping = new AbortController();
  private readonly firsts: Promise<void>[] = [];

  constructor(
    private readonly group: ProcessGroup,
    private readonly followed: Followed,
    private readonly listener: FeedListener,
    private readonly onLeftOut: (member: MemberName, reason: string) => void,
  ) {}

  /** Those that tell their history, or did until they ended; this process first. */
  get all(): readonly HistoryFeed[] {
    return [...this.byName.values()];
  }

  /** All histories, those of main threads first. */
  get copies(): readonly HistoryCopy[] {
    const copies = [...this.all.map(({ copy }) => copy), ...this.past];
    return copies.toSorted((a, b) => Number(a.owner.thread !== null) - Number(b.owner.thread !== null));
  }

  /** The names of those that tell their totals. */
  get telling(): ReadonlySet<string> {
    return new Set(
      this.all.flatMap(({ owner, isLoaded, copy }) => (isLoaded && !copy.hasEnded ? [owner.text] : [])),
    );
  }

  /** The histories of processes that had ended before anybody looked. */
  get ended(): readonly HistoryCopy[] {
    return this.past;
  }

  /** Begins, and waits until the histories are there. What a process that does not answer has written stands in for it. */
  async start(): Promise<void> {
    const own = this.add(this.group.name);
    this.firsts.push(this.followOwn(own));
    await this.update();
    await this.loadPast();
    await Promise.all(this.firsts.splice(0));
  }

  /** Finds processes that are new. To be called from time to time. */
  async update(): Promise<void> {
    await this.group.roster.update();
    for (const { name, state } of this.group.roster.members) {
      if (state !== 'ended' && !this.byName.has(name.text)) this.firsts.push(this.followOther(name));
    }
    const oldest = Date.now() - this.followed.history.kept[10] * 10_000;
    const isShown = ({ tiers }: HistoryCopy) => tiers[10].last > oldest || tiers[1].last > oldest;
    this.past = this.past.filter(isShown);
    for (const [text, { copy }] of this.byName) {
      if (copy.hasEnded && !isShown(copy)) this.byName.delete(text);
    }
  }

  stop(): void {
    this.stopping.abort();
  }

  private get isStopped(): boolean {
    return this.stopping.signal.aborted;
  }

  private add(name: MemberName): HistoryFeed {
    const feed = new HistoryFeed(name, this.followed.history.kept, this.listener);
    this.byName.set(name.text, feed);
    return feed;
  }

  /** @returns when its whole history is there. */
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

  /** @returns when its history is there, or what stands in for it. */
  private followOther(name: MemberName): Promise<void> {
    const feed = this.add(name);
    return new Promise((resolve) => {
      const begun = realTimers.setTimeout(() => feed.isLoading || void standIn(), BEGIN_TIMEOUT);
      const whole = realTimers.setTimeout(() => void standIn(), WHOLE_TIMEOUT);
      const settle = () => {
        realTimers.clearTimeout(begun);
        realTimers.clearTimeout(whole);
        resolve();
      };
      const standIn = async () => {
        await this.standIn(name, feed);
        settle();
      };
      void this.run(name, feed, settle).finally(settle);
    });
  }

  private async run(name: MemberName, feed: HistoryFeed, onLoaded: () => void): Promise<void> {
    while (!this.isStopped) {
      let pause = RETRY;
      try {
        for await (const item of this.group.ask(name, CALL, this.stopping.signal)) {
          feed.take(item);
          if (feed.isLoaded) onLoaded();
        }
      } catch (thrown) {
        const isNoAnswer = thrown instanceof CallFailedError && ['gone', 'late'].includes(thrown.failure);
        if (!isNoAnswer && !this.isStopped) {
          pause = PAUSE;
          this.onLeftOut(name, (thrown as Error).message);
        }
      }
      if (this.isStopped) return;
      if (await this.hasEnded(name)) {
        await this.listener.onEnd();
        // What it wrote after it was last heard.
        await readJournal(this.group.directory.in(name.text), feed.copy).catch(() => {});
        feed.end();
        return;
      }
      await this.standIn(name, feed);
      onLoaded();
      await this.pause(pause);
    }
  }

  private async standIn(name: MemberName, feed: HistoryFeed): Promise<void> {
    if (feed.isLoaded) return;
    const copy = new HistoryCopy(name, this.followed.history.kept);
    const written = await readJournal(this.group.directory.in(name.text), copy).catch(() => {});
    if (written !== undefined) feed.standIn(copy, written);
  }

  private async hasEnded(name: MemberName): Promise<boolean> {
    await this.group.roster.update().catch(() => {});
    const member = this.group.roster.find(name);
    await member?.probe();
    return member === undefined || member.state === 'ended';
  }

  /** Journals of processes that are not there any more. */
  private async loadPast(): Promise<void> {
    const { directory } = this.group;
    const { names } = await directory.files();
    const texts = new Set(names.flatMap((name) => JOURNAL_FILE.exec(name)?.[1] ?? []));
    const found: { name: MemberName; mtimeMs: number }[] = [];
    for (const text of texts) {
      const name = parseName(text);
      if (name === undefined || this.byName.has(text)) continue;
      const stats = await Promise.all(
        Object.values(JOURNAL_FILES).map((end) =>
          lstat(directory.in(`${text}${end}`)).catch(() => undefined),
        ),
      );
      found.push({ name, mtimeMs: Math.max(0, ...stats.map((one) => one?.mtimeMs ?? 0)) });
    }
    found.sort((a, b) => b.mtimeMs - a.mtimeMs);
    for (const { name } of found.slice(0, MOST_ENDED)) {
      const copy = new HistoryCopy(name, this.followed.history.kept);
      copy.hasEnded = true;
      const written = await readJournal(directory.in(name.text), copy).catch(() => {});
      if (written !== undefined) this.past.push(copy);
    }
  }

  private async pause(milliseconds: number): Promise<void> {
    const { signal } = this.stopping;
    await new Promise<void>((resolve) => {
      const timer = realTimers.setTimeout(end, milliseconds).unref();
      signal.addEventListener('abort', end, { once: true });
      function end(): void {
        realTimers.clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      }
    });
  }
}
