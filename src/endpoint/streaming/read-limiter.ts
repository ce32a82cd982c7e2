/** Maximum number of documents in memory at once, JSON and text together. */
const MAX_DOCUMENTS = 4;

/** Maximum number of concurrent reads. Reads that share a document or wait for a slot use little memory. */
const MAX_READS = 64;

/** Smaller documents, in bytes, do not count: there are at most {@link MAX_READS} of them. */
const SMALL_DOCUMENT = 256 * 1024;

/** A slot for one document in memory. */
export interface DocumentSlot {
  /** Call this when the document is complete: a small one frees its slot. */
  made(bytes: number): void;
  /** Frees the slot. Further calls do nothing. */
  release(): void;
}

/**
 * Limits all reads of one application together, for any number of clients and however slowly they read: the memory of
 * documents that are being sent, and the event loop time for those that are being created.
 */
export class ReadLimiter {
  private reads = 0;
  /** Documents that are being created, and large ones that clients have not read yet. */
  private making = 0;
  private holding = 0;
  private readonly waiting: ((slot: DocumentSlot | undefined) => void)[] = [];

  /** What is in use now: reads in progress, and documents that count towards the limit. */
  get used(): { reads: number; documents: number } {
    return { reads: this.reads, documents: this.making + this.holding };
  }

  /**
   * Begins a read.
   *
   * @returns a function that ends it; `undefined` if there are too many.
   */
  enter(): (() => void) | undefined {
    if (this.reads >= MAX_READS) return undefined;
    this.reads++;
    return once(() => this.reads--);
  }

  /**
   * Waits for a slot while other documents are being created, since those may turn out small.
   *
   * @returns `undefined` if all slots are held by documents that clients do not read.
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
