import { documentOf, jsonOf } from './document.js';
import type { Measurements } from './measurements.js';
import { measure } from './measurements.js';
import type { Readout } from './readout.js';
import { readOut, refreshGauges } from './readout.js';
import type { WindowCursor } from './reader-windows.js';
import { ReaderWindows } from './reader-windows.js';
import type { MetricsRegistry } from '../registry.js';
import { inSlices } from '../../common/slices.js';
import type { Sliced } from '../../common/slices.js';
import type { DocumentFacts, Reading } from './snapshot.js';

/** Puts the document together: what the collectors watch, brought up to date, and what the registry holds. */
export class MetricsReader {
  private readonly windows = new ReaderWindows();
  private readonly startTime = Date.now();

  constructor(
    private readonly registry: MetricsRegistry,
    /** Has the collectors bring their numbers up to date, and gives what there is to wait for. It never rejects. */
    private readonly collect: () => PromiseLike<unknown> | undefined,
    private readonly readFacts: () => DocumentFacts,
  ) {}

  /**
   * The document for one reader. It opens a new window for that reader, and touches nobody else's.
   *
   * With some thousand series it says how all of them were when this was called. With more, it is made without
   * holding the event loop up, so the last of them are read some milliseconds after the first.
   *
   * @param isKept for a reader of the monitor itself, whose window is never forgotten.
   */
  read(reader: string, isKept = false): Promise<Reading> {
    return this.take(reader, isKept, (facts, look) => this.put(facts, look, documentOf));
  }

  /** Like {@link read}, as JSON text in pieces. */
  json(reader: string): Promise<Reading<string[]>> {
    return this.take(reader, false, (facts, look) => this.put(facts, look, jsonOf));
  }

  /** Like {@link read}, in parts. The window of such a reader is never forgotten: what it adds up would count twice. */
  measurements(reader: string): Promise<Reading<Measurements>> {
    return this.take(reader, true, (facts, look) => this.measure(facts, look));
  }

  /**
   * Has all numbers brought up to date, and written by a writer of one's own. It opens no window: what is written is
   * what there is now.
   */
  async survey<T>(write: (facts: DocumentFacts) => Sliced<T>): Promise<T> {
    await this.collect();
    return inSlices(this.upToDate(write));
  }

  /** Opens a window of that reader, for a writer that takes what it likes from it. */
  async window<T>(reader: string, write: (look: WindowCursor) => Sliced<T>): Promise<Reading<T>> {
    const look = this.windows.look(reader);
    const giveBack = () => look.giveBack();
    try {
      return { metrics: await inSlices(write(look)), giveBack };
    } catch (thrown) {
      giveBack();
      throw thrown;
    }
  }

  private *upToDate<T>(write: (facts: DocumentFacts) => Sliced<T>): Sliced<T> {
    yield* refreshGauges(this.registry);
    return yield* write(this.readFacts());
  }

  private async take<T>(
    reader: string,
    isKept: boolean,
    work: (facts: DocumentFacts, look: WindowCursor) => Sliced<T>,
  ): Promise<Reading<T>> {
    // Without anything to wait for, what fits into one slice is done when this returns.
    const collected = this.collect();
    if (collected !== undefined) await collected;
    const look = this.windows.look(reader, isKept);
    const giveBack = () => look.giveBack();
    try {
      return { metrics: await inSlices(work(this.readFacts(), look)), giveBack };
    } catch (thrown) {
      giveBack();
      throw thrown;
    }
  }

  private *put<T>(
    facts: DocumentFacts,
    look: WindowCursor,
    into: (facts: DocumentFacts, readout: Readout) => Sliced<T>,
  ): Sliced<T> {
    return yield* into(facts, yield* readOut(this.registry, look));
  }

  private *measure(facts: DocumentFacts, look: WindowCursor): Sliced<Measurements> {
    const { startTime } = this;
    const metrics = yield* measure(this.registry, look);
    return { startTime, time: Date.now(), ...facts, metrics };
  }
}
