import type { Reading } from '../../metrics/collection/snapshot.js';
import type { PrometheusExporter } from './prometheus.exporter.js';
import type { TextFormat } from './text-format.js';

/** The text of a scrape, which is held in memory until it was {@link done}. */
export interface Scrape {
  readonly pieces: Buffer[];
  /** Lets go of the text. The window of a text that nobody got is given back to its reader. */
  readonly done: (wasSent: boolean) => void;
}

/** So many texts are held at once, for clients that are slow to take them. */
const MAX_TEXTS = 4;

/** So many scrapes are under way at once. */
const MAX_SCRAPES = 64;

/** One way through all series, for all scrapes that come while it is made. */
interface Pass {
  readonly present: Promise<Buffer[]>;
  readonly windows: Map<string, Shared>;
  holders: number;
}

/** The window of one reader. Those that scrape at once in its name have it together. */
interface Shared {
  readonly reading: Promise<Reading<Buffer[]>>;
  holders: number;
  wasSent: boolean;
}

/**
 * Has scrapes that come at once share one pass over the series, so that two Prometheus servers cost what one does;
 * each reader's window is its own all the same. Neither many clients nor slow ones make it hold more than some texts.
 */
export class Scrapes {
  private readonly making = new Map<TextFormat, Pass>();
  private texts = 0;
  private scrapes = 0;

  constructor(private readonly exporter: PrometheusExporter) {}

  /** How many texts are in memory just now, and how many scrapes are under way. */
  get held(): { texts: number; scrapes: number } {
    return { texts: this.texts, scrapes: this.scrapes };
  }

  /** @returns `undefined` if there are too many under way. */
  async scrape(format: TextFormat, reader: string): Promise<Scrape | undefined> {
    const known = this.making.get(format);
    const isFull = this.scrapes >= MAX_SCRAPES || (known === undefined && this.texts >= MAX_TEXTS);
    if (isFull) return undefined;
    const pass = known ?? this.begin(format);
    const release = this.hold(pass);
    try {
      const present = await pass.present;
      const { reading, done } = this.windowOf(pass, format, reader);
      const window = await reading;
      const end = once((wasSent) => {
        done(wasSent);
        release();
      });
      return { pieces: [...present, ...window.metrics], done: end };
    } catch (thrown) {
      release();
      throw thrown;
    }
  }

  private begin(format: TextFormat): Pass {
    const present = this.exporter.present(format).finally(() => this.making.delete(format));
    const pass = { present, windows: new Map<string, Shared>(), holders: 0 };
    this.making.set(format, pass);
    this.texts++;
    return pass;
  }

  private hold(pass: Pass): () => void {
    pass.holders++;
    this.scrapes++;
    return () => {
      this.scrapes--;
      if (--pass.holders === 0) this.texts--;
    };
  }

  private windowOf(pass: Pass, format: TextFormat, reader: string) {
    let shared = pass.windows.get(reader);
    if (shared === undefined) {
      shared = { reading: this.exporter.window(format, reader), holders: 0, wasSent: false };
      pass.windows.set(reader, shared);
    }
    const { reading } = shared;
    const window = shared;
    window.holders++;
    const done = (wasSent: boolean): void => {
      window.wasSent ||= wasSent;
      if (--window.holders > 0 || window.wasSent) return;
      pass.windows.delete(reader);
      void reading.then(({ giveBack }) => giveBack());
    };
    return { reading, done };
  }
}

function once(done: (wasSent: boolean) => void): (wasSent: boolean) => void {
  let isDone = false;
  return (wasSent) => {
    if (!isDone) done(wasSent);
    isDone = true;
  };
}
