import type { EventLoopBlock } from './event-loop-block.js';

/** The most blocks in the document. */
export const KEPT_BLOCKS = 20;

/** The last blocks of the event loop, for the document. There are none without diagnostics. */
export class EventLoopBlocks {
  /** Whether the event loop is watched: then an empty list means that there were no blocks. */
  areExplained = false;
  private blocks: readonly EventLoopBlock[] = [];

  add(block: EventLoopBlock): void {
    this.blocks = [block, ...this.blocks].slice(0, KEPT_BLOCKS);
  }

  /** A copy, newest first. */
  read(): EventLoopBlock[] {
    return structuredClone([...this.blocks]);
  }
}
