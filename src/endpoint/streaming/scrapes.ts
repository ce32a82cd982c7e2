import type { PrometheusExporter } from '../../exporters/prometheus/prometheus.exporter.js';
import type { ExpositionFormat } from '../../exporters/prometheus/exposition-format.js';
import type { Reading } from '../../metrics/collection/snapshot.js';
import type { DocumentSlot, ReadLimiter } from './read-limiter.js';

/** The text of a scrape, which is in memory until {@link done} is called. */
export interface Scrape {
  readonly pieces: Buffer[];
  /** Releases the text. If it was not sent, its window is given back to the reader. */
  readonly done: (wasSent: boolean) => void;
}

/** One pass over all series, shared by all scrapes that arrive during it. */
interface Pass {
  /** `undefined` if there was no slot for it. */
  readonly text: Promise<{ readonly present: Buffer[]; readonly slot: DocumentSlot } | undefined>;
  readonly windows: Map<string, SharedWindow>;
  holders: number;
}

/** The window of one reader, shared by concurrent scrapes of that reader. */
interface SharedWindow {
  readonly reading: Promise<Reading<Buffer[]>>;
  holders: number;
  wasSent: boolean;
}

/**
 * Concurrent scrapes share one pass over the series, so two Prometheus servers cost as much as one. Each reader still has
 * its own window.
 */
export class Scrapes {
  private readonly making = new Map<string, Pass>();

  constructor(
    private readonly exporter: PrometheusExporter,
    private readonly limiter: ReadLimiter,
  ) {}

  /** @returns `undefined` if too many texts are in memory. */
  async scrape(format: ExpositionFormat, reader: string): Promise<Scrape | undefined> {
    const pass = this.making.get(format.key) ?? this.begin(format);
    const leave = this.join(pass);
    try {
      const text = await pass.text;
      if (text === undefined) return undefined;
      const { shared, done } = this.windowOf(pass, format, reader);
      const { metrics } = await shared.reading;
      const end = (wasSent: boolean): void => {
        done(wasSent);
        leave();
      };
      return { pieces: [...text.present, ...metrics], done: end };
    } catch (thrown) {
      leave();
      throw thrown;
    }
  }

  private begin(format: ExpositionFormat): Pass {
    const text = this.make(format).finally(() => this.making.delete(format.key));
    const pass = { text, windows: new Map<string, SharedWindow>(), holders: 0 };
    this.making.set(format.key, pass);
    return pass;
  }

  private async make(format: ExpositionFormat) {
    const slot = await this.limiter.slot();
    if (slot === undefined) return undefined;
    try {
      const present = await this.exporter.writeCurrent(format);
      slot.made(bytesOf(present));
      return { present, slot };
    } catch (thrown) {
      slot.release();
      throw thrown;
    }
  }

  private join(pass: Pass): () => void {
    pass.holders++;
    return () => {
      if (--pass.holders > 0) return;
      pass.text.then(
        (text) => text?.slot.release(),
        // Each scrape that waited for it has failed, and the slot was released.
        () => {},
      );
    };
  }

  private windowOf(pass: Pass, format: ExpositionFormat, reader: string) {
    let shared = pass.windows.get(reader);
    if (shared === undefined) {
      shared = { reading: this.exporter.writeWindow(format, reader), holders: 0, wasSent: false };
      pass.windows.set(reader, shared);
    }
    const window = shared;
    window.holders++;
    const done = (wasSent: boolean): void => {
      window.wasSent ||= wasSent;
      if (--window.holders > 0 || window.wasSent) return;
      pass.windows.delete(reader);
      void window.reading.then(({ giveBack }) => giveBack());
    };
    return { shared, done };
  }
}

function bytesOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}
