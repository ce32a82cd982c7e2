import type { SliceQueue } from '../../common/slice-queue.js';
import type { MetricsSource, WindowView } from '../../metrics/source/metrics-source.js';
import type { AnswerableRequest, GiveBack } from '../peers/peer-connection.js';
import type { SnapshotEncoder } from '../wire/snapshot.encoder.js';
import type { GroupSaves } from './group-saves.js';
import { OwnWindow } from './own-window.js';
import type { SavedTotals } from './saved-totals.js';

/** Answers the reads of other processes, with numbers that are saved. */
export class GroupAnswers {
  private readonly running = new Set<Promise<unknown>>();
  private isClosed = false;

  constructor(
    private readonly local: MetricsSource,
    private readonly saved: SavedTotals,
    private readonly saves: GroupSaves,
    private readonly slices: SliceQueue,
  ) {}

  /** @see AnswerMaker */
  async answer(
    request: AnswerableRequest,
    encoder: SnapshotEncoder,
    write: (line: unknown) => void,
  ): Promise<GiveBack | 'unsaved' | undefined> {
    // The final totals would not say that this window was read, and another process would deliver it again.
    if (this.isClosed && request.kind === 'window') return 'unsaved';
    const answer = this.make(request, encoder, write);
    this.running.add(answer);
    try {
      return await answer;
    } finally {
      this.running.delete(answer);
    }
  }

  /** Waits for the answers in progress. From now on, no windows are sent. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.allSettled(this.running);
  }

  private async make(
    request: AnswerableRequest,
    encoder: SnapshotEncoder,
    write: (line: unknown) => void,
  ): Promise<GiveBack | 'unsaved' | undefined> {
    let window: WindowView | undefined;
    try {
      if (request.kind === 'window') window = await this.local.window(request.reader, request.options);
      await this.saves.save(request);
    } catch {
      // Unsaved numbers must not be sent. The end of the response reports the failure.
      window?.giveBack();
      return 'unsaved';
    }
    const { source, bases } = this.saved;
    await this.slices.run(encoder.encode(source, write));
    if (window === undefined || request.kind !== 'window') return undefined;
    const own = new OwnWindow(source, window, request.reader, bases);
    await this.slices.run(own.lines(encoder, write));
    return () => own.giveBack();
  }
}
