import type { FailureSink } from '../../common/failure-log.js';
import { SliceQueue } from '../../common/slice-queue.js';
import type { ProcessState } from '../../metrics/collection/snapshot.js';
import type { SourceKey, WindowReads } from '../../metrics/source/merged-series.js';
import type { MetricsSource } from '../../metrics/source/metrics-source.js';
import { giveBackAll } from '../../metrics/source/source-merger.js';
import { NO_HANDLER } from '../processes.messages.js';
import type { AnswerableRequest, AnswerMaker, CallHandler, GiveBack } from '../peers/peer-connection.js';
import type { Call } from '../peers/call-peer.js';
import { callPeer } from '../peers/call-peer.js';
import { PeerServer } from '../peers/peer-server.js';
import type { Read } from '../peers/read-request.js';
import type { SnapshotEncoder } from '../wire/snapshot.encoder.js';
import type { GroupDirectory } from './group-directory.js';
import { GroupAnswers } from './group-answers.js';
import { GroupSaves } from './group-saves.js';
import { Leader } from './leader.js';
import type { MemberListener } from './member.js';
import type { MemberName } from './member-name.js';
import { ownName } from './member-name.js';
import { memberStates } from './member-states.js';
import { Roster } from './roster.js';
import { SaveSchedule } from './save-schedule.js';
import { SavedTotals } from './saved-totals.js';
import { TotalsFile } from './totals-file.js';

/** Attempts to join: another process may remove the directory of the group meanwhile. */
const ATTEMPTS = 3;

/** The result of a read of the group. */
export interface GroupRead {
  /** The windows of the sources that have one. Empty for a read without a window. */
  readonly windows: Map<SourceKey, WindowReads>;
}

/** This process as a member of its group: it saves its totals, answers requests of the others, and reads their numbers. */
export class ProcessGroup implements AnswerMaker {
  readonly name: MemberName;
  readonly saved: SavedTotals;
  readonly roster: Roster;
  readonly leader: Leader;
  private readonly server: PeerServer;
  /** For decoding what the others send, and for encoding what they receive. */
  private readonly slices = new SliceQueue();
  private readonly handlers = new Map<string, CallHandler>();
  private readonly schedule: SaveSchedule;
  private readonly saves: GroupSaves;
  private readonly answers: GroupAnswers;
  private readonly alsoSaved = new Set<() => Promise<void>>();
  private isStopped = false;

  constructor(
    local: MetricsSource,
    readonly directory: GroupDirectory,
    listener: MemberListener,
    sink: FailureSink,
  ) {
    this.name = ownName();
    const file = new TotalsFile(directory.totalsOf(this.name), this.name.text);
    this.saved = new SavedTotals(local, file);
    this.saves = new GroupSaves(this.saved, directory, sink);
    this.answers = new GroupAnswers(local, this.saved, this.saves, this.slices);
    this.roster = new Roster(directory, this.name, listener, this.slices, () => this.saved.readers);
    this.leader = new Leader(directory, this.name, this.roster);
    this.server = new PeerServer(directory, this.name, this);
    this.schedule = new SaveSchedule(
      () => this.saved.takeNews(),
      () => this.maintain(),
    );
  }

  /** The host of this process. */
  get hostname(): string | null {
    return this.saved.source.facts().instance.hostname;
  }

  /** The members of the group, this process first. */
  states(): ProcessState[] {
    return memberStates(this.name, this.hostname, this.roster.members);
  }

  /** @throws if the directory cannot be used. */
  async join(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.directory.create();
        await this.removeOldGroup();
        // The totals file is written before the socket: a process that joins meanwhile deletes sockets that have no totals file.
        await this.saved.save();
        await this.server.listen();
        break;
      } catch (thrown) {
        await this.server.close();
        // The last member of a group removes the directory, possibly at this moment.
        const isFinal = attempt === ATTEMPTS || (thrown as NodeJS.ErrnoException).code !== 'ENOENT';
        if (isFinal) await this.saved.end().catch(() => {});
        // Otherwise the others would count a process that is not in the group.
        await this.directory.remove([`${this.name.text}.totals`]).catch(() => {});
        if (isFinal) throw thrown;
      }
    }
    // Fails if another process removes the same directories.
    await this.directory.removeAbandoned().catch(() => {});
    this.schedule.start();
  }

  /** Saves a last time, and leaves. The last member removes the directory. */
  async leave(): Promise<void> {
    this.isStopped = true;
    this.saves.stop();
    this.leader.resign();
    await this.schedule.stop();
    await this.answers.close();
    await this.saved.end().catch(() => {});
    await this.server.close();
    await this.removeIfLast().catch(() => {});
    this.roster.close();
  }

  /** @throws if the directory cannot be used. */
  async isLeader(): Promise<boolean> {
    // If the directory was removed, no process would find the others.
    await this.directory.create();
    return this.leader.isOwn();
  }

  /**
   * Saves the numbers of this process and reads those of the others.
   *
   * @param read for a read of a window, the window of this process must be open already.
   * @throws if the numbers of this process cannot be saved.
   */
  async read(read: Read): Promise<GroupRead> {
    const [saved, windows] = await Promise.allSettled([this.saves.save(read), this.roster.read(read)]);
    if (windows.status === 'rejected') throw windows.reason;
    if (saved.status === 'fulfilled') return { windows: windows.value };
    // What the others have sent is not used.
    giveBackAll([...windows.value.values()]);
    throw saved.reason;
  }

  /** Saves the numbers of this process. @throws if they cannot be saved. */
  save(): Promise<void> {
    return this.saves.save({ kind: 'now' });
  }

  answer(
    request: AnswerableRequest,
    encoder: SnapshotEncoder,
    write: (line: unknown) => void,
  ): Promise<GiveBack | 'unsaved' | undefined> {
    return this.answers.answer(request, encoder, write);
  }

  /**
   * Registers a function that saves more data of this process, at every scheduled save of its totals. It must not reject.
   *
   * @returns a function that unregisters it.
   */
  saveToo(save: () => Promise<void>): () => void {
    this.alsoSaved.add(save);
    return () => void this.alsoSaved.delete(save);
  }

  /** Registers the handler for calls of other processes with this method. */
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

  /** @internal Saves, and restores what others need to find this process, as the schedule does. */
  async maintain(): Promise<void> {
    if (this.isStopped) return;
    // A journal is useful even if the totals cannot be saved.
    await this.save().catch(() => {});
    for (const save of this.alsoSaved) await save();
    await this.server.restore();
    if (!this.isStopped && this.roster.hasEnded && (await this.leader.isOwn()))
      await this.roster.mergeEnded();
  }

  /** Removes a group whose processes have all ended: a new one begins at zero. */
  private async removeOldGroup(): Promise<void> {
    if (await this.removeIfOthersEnded()) this.roster.forget();
  }

  private async removeIfLast(): Promise<void> {
    if (await this.removeIfOthersEnded()) await this.directory.removeIfEmpty();
  }

  /** Removes the files of the group if no other process of it runs. @returns whether it did. */
  private async removeIfOthersEnded(): Promise<boolean> {
    const files = await this.roster.update();
    await Promise.all(this.roster.members.map((member) => member.probe()));
    if (this.roster.members.some(({ state }) => state !== 'ended')) return false;
    await this.directory.remove(files.names);
    return true;
  }
}
