import type { EventLoopBlock } from './event-loop-block.js';

/** So many of the last blocks are in the document. */
export const KEPT_BLOCKS = 20;

/** The last blocks of the event loop, for the document. Without diagnostics, nobody adds one. */
export class EventLoopBlocks {
  private blocks: readonly EventLoopBlock[] = [];

  add(block: EventLoopBlock): void {
    this.blocks = [block, ...this.blocks].slice(0, KEPT_BLOCKS);
  }

  /** A copy, newest first. */
  read(): EventLoopBlock[] {
    return structuredClone([...this.blocks]);
  }
}
