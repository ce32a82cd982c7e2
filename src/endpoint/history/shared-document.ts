import type { Audience } from '../parts/part.js';
import type { DocumentSlot, ReadLimiter } from '../streaming/read-limiter.js';

/**
 * A document that is created once for all clients that ask for it while it is being created. Its slot in the limiter is released when
 * the document is complete and no client reads it any more.
 */
export class SharedDocument {
  /** `undefined` if there are too many documents in memory. */
  readonly pieces: Promise<string[] | undefined>;
  /** Set when it is complete. */
  private slot: DocumentSlot | undefined;
  private clients = 0;

  /** @param onEnd is called when it is complete or has failed. Clients must not join from then on. */
  constructor(limiter: ReadLimiter, make: () => Promise<string[]>, onEnd: () => void) {
    this.pieces = this.begin(limiter, make, onEnd);
  }

  /** Call this for each client, before the document is complete. */
  join(audience: Audience): void {
    this.clients++;
    audience.whenOver(() => {
      this.clients--;
      this.releaseUnused();
    });
  }

  private async begin(
    limiter: ReadLimiter,
    make: () => Promise<string[]>,
    onEnd: () => void,
  ): Promise<string[] | undefined> {
    const slot = await limiter.slot();
    try {
      if (slot === undefined) return undefined;
      const pieces = await make();
      slot.made(pieces.reduce((sum, piece) => sum + piece.length, 0));
      this.slot = slot;
      return pieces;
    } catch (thrown) {
      slot?.release();
      throw thrown;
    } finally {
      onEnd();
      this.releaseUnused();
    }
  }

  private releaseUnused(): void {
    if (this.clients === 0) this.slot?.release();
  }
}
