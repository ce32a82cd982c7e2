import type { FailureSink } from '../../common/failure-log.js';
import { FailureLog } from '../../common/failure-log.js';
import { SliceQueue } from '../../common/slice-queue.js';
import type { ProcessState } from '../../metrics/collection/snapshot.js';
import type { SourceKey, WindowReads } from '../../metrics/source/merged-series.js';
import type { MetricsSource, WindowView } from '../../metrics/source/metrics-source.js';
import { NO_HANDLER, SAVING_TEXTS } from '../processes.messages.js';
import type { AnswerableRequest, AnswerMaker, CallHandler, GiveBack } from '../peers/peer-connection.js';
import type { Call } from '../peers/call-peer.js';
import { callPeer } from '../peers/call-peer.js';
import { PeerServer } from '../peers/peer-server.js';
import type { Read } from '../peers/read-request.js';
import type { SnapshotEncoder } from '../wire/snapshot.encoder.js';
import type { GroupDirectory } from './group-directory.js';
import { Leader } from './leader.js';
import type { MemberListener } from './member.js';
import type { MemberName } from './member-name.js';
import { ownName } from './member-name.js';
import { OwnWindow } from './own-window.js';
import { Roster } from './roster.js';
import { SaveSchedule } from './save-schedule.js';
import { SavedTotals } from './saved-totals.js';
import { TotalsFile } from './totals-file.js';

/** Attempts to join: another process may remove the directory of the group meanwhile. */
const ATTEMPTS = 3;

/** What has been read of the group. */
export interface GroupRead {
  /** Of each source that was reached, for a read in a window. */
  readonly windows: Map<SourceKey, WindowReads>;
}

/** This process as a member of its group: it saves its totals, answers the others, and asks them. */
export class ProcessGroup implements AnswerMaker {
  readonly name: MemberName;
  readonly saved: SavedTotals;
  readonly roster: Roster;
  readonly leader: Leader;
  private readonly server: PeerServer;
  /** Of what the others send, and of what they are sent. */
  private readonly slices = new SliceQueue();
  private readonly failures: FailureLog;
  private readonly handlers = new Map<string, CallHandler>();
  private readonly schedule: SaveSchedule;
  private readonly saves = new Set<() => Promise<void>>();
  private isStopped = false;

  constructor(
    private readonly local: MetricsSource,
    readonly directory: GroupDirectory,
    listener: MemberListener,
    sink: FailureSink,
  ) {
    this.name = ownName();
    this.failures = new FailureLog(SAVING_TEXTS, sink);
    const file = new TotalsFile(directory.totalsOf(this.name), this.name.text);
    this.saved = new SavedTotals(local, file);
    this.roster = new Roster(directory, this.name, listener, this.slices);
    this.leader = new Leader(directory, this.name, this.roster);
    this.server = new PeerServer(directory, this.name, this);
    this.schedule = new SaveSchedule(
      () => this.saved.takeNews(),
      () => this.maintain(),
    );
  }

  /** Who is in the group, this process first. */
  states(): ProcessState[] {
    const { pid, thread } = this.name;
    const others = this.roster.members.map(({ name, state, age }) => {
      return { pid: name.pid, thread: name.thread, state, age };
    });
    return [{ pid, thread, state: 'ok', age: 0 }, ...others];
  }

  /** @throws if the directory cannot be used. */
  async join(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.directory.create();
        await this.removeOldGroup();
        // In this order: what belongs to no file of totals is taken for a rest of an old group by another one that joins now.
        await this.saved.save();
        await this.server.listen();
        break;
      } catch (thrown) {
        await this.server.close();
        // The last one of a group removes the directory, maybe just now.
        const isFinal = attempt === ATTEMPTS || (thrown as NodeJS.ErrnoException).code !== 'ENOENT';
        if (isFinal) await this.saved.end().catch(() => {});
        // Else the others would count a process that answers for itself.
        await this.directory.remove([`${this.name.text}.totals`]).catch(() => {});
        if (isFinal) throw thrown;
      }
    }
    // Another process may do the same.
    await this.directory.removeAbandoned().catch(() => {});
    this.schedule.start();
  }

  /** Saves a last time, and leaves. The last one removes everything. */
  async leave(): Promise<void> {
    this.isStopped = true;
    this.leader.resign();
    await this.schedule.stop();
    await this.saved.end().catch(() => {});
    await this.server.close();
    await this.removeIfLast().catch(() => {});
    this.roster.close();
  }

  /** @throws if the directory cannot be used. */
  async isLeader(): Promise<boolean> {
    // Where somebody has removed it, no process would know of another one.
    await this.directory.create();
    return this.leader.isOwn();
  }

  /**
   * Saves the own numbers and reads those of the others.
   *
   * @param read for a read in a window, this process has opened its own before.
   * @throws if the own numbers cannot be saved.
   */
  async read(read: Read): Promise<GroupRead> {
    const [, windows] = await Promise.all([this.save(read), this.roster.read(read)]);
    return { windows };
  }

  async answer(
    request: AnswerableRequest,
    encoder: SnapshotEncoder,
    write: (line: unknown) => void,
  ): Promise<GiveBack | 'unsaved' | undefined> {
    let window: WindowView | undefined;
    try {
      if (request.kind === 'window') window = await this.local.window(request.reader, request.options);
      await this.save(request);
    } catch {
      // Nobody may be told what is not saved. The end of the answer says so.
      window?.giveBack();
      return 'unsaved';
    }
    const { source } = this.saved;
    await this.slices.run(encoder.encode(source, write));
    if (window === undefined) return undefined;
    await this.slices.run(new OwnWindow(source, window).lines(encoder, write));
    return () => window.giveBack();
  }

  /**
   * Registers what saves more of this process whenever its totals are saved though nobody asks. It must not reject.
   *
   * @returns ends that.
   */
  saveToo(save: () => Promise<void>): () => void {
    this.saves.add(save);
    return () => void this.saves.delete(save);
  }

  /** Registers what answers the calls of other processes by this method. */
  handle(method: string, handler: CallHandler): void {
    this.handlers.set(method, handler);
  }

  call(method: string, parameters: unknown, signal: AbortSignal): AsyncIterable<readonly string[]> {
    const handler = this.handlers.get(method);
    if (handler === undefined) throw new Error(NO_HANDLER(method));
    return handler(parameters, signal);
  }

  /** Calls another process. @see callPeer */
  ask(member: MemberName, call: Call, signal: AbortSignal): AsyncIterable<unknown> {
    return callPeer({ address: this.directory.addressOf(member), name: member.text }, call, signal);
  }

  private async save(read: Read): Promise<void> {
    try {
      await this.saveFor(read).catch(async (thrown: NodeJS.ErrnoException) => {
        if (thrown.code !== 'ENOENT' || this.isStopped) throw thrown;
        // Somebody has removed the directory, such as a job that cleans up temporary files.
        await this.directory.create();
        await this.saveFor(read);
      });
      this.failures.succeeded();
    } catch (thrown) {
      this.failures.failed(thrown);
      throw thrown;
    }
  }

  private async saveFor(read: Read): Promise<void> {
    if (read.kind !== 'window') await this.saved.save();
    // Its numbers were saved a moment ago, by the read that this one belongs to.
    else if (read.options.isFresh === true) this.saved.mark(read.reader);
    else await this.saved.save(read.reader);
  }

  private async maintain(): Promise<void> {
    if (this.isStopped) return;
    // A journal without the totals is of use too.
    await this.save({ kind: 'now' }).catch(() => {});
    for (const save of this.saves) await save();
    await this.server.restore();
    if (!this.isStopped && this.roster.hasEnded && (await this.leader.isOwn()))
      await this.roster.mergeEnded();
  }

  /** A group of which no process lives any more is removed: a new one begins at zero. */
  private async removeOldGroup(): Promise<void> {
    if (await this.removeIfOthersEnded()) this.roster.forget();
  }

  private async removeIfLast(): Promise<void> {
    if (await this.removeIfOthersEnded()) await this.directory.removeIfEmpty();
  }

  /** Removes the files of the group if no other process of it lives. @returns whether it did. */
  private async removeIfOthersEnded(): Promise<boolean> {
    const files = await this.roster.update();
    await Promise.all(this.roster.members.map((member) => member.probe()));
    if (this.roster.members.some(({ state }) => state !== 'ended')) return false;
    await this.directory.remove(files.names);
    return true;
  }
}
