/** So many documents are in memory at once, JSON and text together. */
const MAX_DOCUMENTS = 4;

/** So many reads are under way at once. They take little where they share a document or wait for their turn. */
const MAX_READS = 64;

/** A document of fewer bytes does not count: there are at most {@link MAX_READS} of them. */
const SMALL_DOCUMENT = 256 * 1024;

/** The place of one document in memory. */
export interface DocumentSlot {
  /** To be called when the document has been made: the others may go on if it is small. */
  made(bytes: number): void;
  /** Gives the place back. Later calls do nothing. */
  release(): void;
}

/**
 * Bounds what all reads of one application take, however many clients there are and however slowly they read: memory by
 * the documents that are held, and the time of the event loop by those that are made.
 */
export class ReadLimiter {
  private reads = 0;
  /** Documents that are made now, and large ones that clients have not taken yet. */
  private making = 0;
  private holding = 0;
  private readonly waiting: ((slot: DocumentSlot | undefined) => void)[] = [];

  /** What is in use now: reads under way, and documents that count. */
  get used(): { reads: number; documents: number } {
    return { reads: this.reads, documents: this.making + this.holding };
  }

  /**
   * Begins a read.
   *
   * @returns ends it; `undefined` if there are too many.
   */
  enter(): (() => void) | undefined {
    if (this.reads >= MAX_READS) return undefined;
    this.reads++;
    return once(() => this.reads--);
  }

  /**
   * Waits for a place for a document, as long as one is being made: it may turn out small.
   *
   * @returns `undefined` if clients hold all places, by documents that they do not take.
   */
  slot(): Promise<DocumentSlot | undefined> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.serve();
    });
  }

  private serve(): void {
    while (this.waiting.length > 0) {
      const isFull = this.making + this.holding >= MAX_DOCUMENTS;
      if (isFull && this.making > 0) return;
      this.waiting.shift()?.(isFull ? undefined : this.open());
    }
  }

  private open(): DocumentSlot {
    let state: 'making' | 'holding' | 'released' = 'making';
    this.making++;
    const leave = (next: 'holding' | 'released') => {
      if (state === 'making') this.making--;
      if (state === 'holding') this.holding--;
      if (next === 'holding') this.holding++;
      state = next;
      this.serve();
    };
    return {
      made: (bytes) => {
        if (state === 'making') leave(bytes >= SMALL_DOCUMENT ? 'holding' : 'released');
      },
      release: () => {
        if (state !== 'released') leave('released');
      },
    };
  }
}

function once(callback: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) callback();
    isDone = true;
  };
}
