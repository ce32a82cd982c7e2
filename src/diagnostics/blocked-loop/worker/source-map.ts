import { SegmentReader } from './segment-reader.js';

/** Segments from one checkpoint to the next. */
const DISTANCE = 1024;

/** The part of a source map that is used here. */
export interface SourceMapContent {
  readonly mappings?: string;
  readonly sources?: readonly (string | null)[];
  readonly sourceRoot?: string;
  /** The source maps of the parts of a bundle, instead of all that. */
  readonly sections?: readonly SourceMapSection[];
}

interface SourceMapSection {
  readonly offset: { readonly line: number; readonly column: number };
  readonly map: SourceMapContent;
}

/** A position in the original source. */
export interface OriginalPosition {
  readonly source: string;
  readonly root: string | undefined;
  /** From 0. */
  readonly line: number;
}

/**
 * A source map whose mappings stay a text, with a checkpoint every {@link DISTANCE} segments. Node's `SourceMap` makes an object of each
 * segment, which takes ten times the memory of the text.
 */
export class SourceMap {
  private readonly checkpoints: SegmentReader[] = [];
  private readonly sections: readonly { offset: SourceMapSection['offset']; map: SourceMap }[];

  constructor(private readonly content: SourceMapContent) {
    const { mappings = '', sections = [] } = content;
    this.sections = sections.map(({ offset, map }) => ({ offset, map: new SourceMap(map) }));
    const reader = new SegmentReader(mappings);
    for (let count = 0; reader.next(); count++) {
      if (count % DISTANCE === 0) this.checkpoints.push(reader.copy());
    }
  }

  /**
   * @param line from 0, in the generated code, and so is the column.
   * @returns the original of the last segment in this line that begins at or before the column; `undefined` if there is none.
   */
  find(line: number, column: number): OriginalPosition | undefined {
    const section = this.sections.findLast(({ offset }) => isAtOrBefore(offset, line, column));
    if (section !== undefined) {
      const { offset, map } = section;
      return map.find(line - offset.line, line === offset.line ? column - offset.column : column);
    }
    const found = this.checkpoints.findLast((checkpoint) => isAtOrBefore(checkpoint, line, column))?.copy();
    if (found === undefined) return undefined;
    const next = found.copy();
    while (next.next() && isAtOrBefore(next, line, column)) Object.assign(found, next);
    const source = this.content.sources?.[found.source];
    // A source may be null, for code that a tool has generated.
    if (found.line !== line || !found.isMapped || typeof source !== 'string') return undefined;
    return { source, root: this.content.sourceRoot, line: found.originalLine };
  }
}

function isAtOrBefore(at: { readonly line: number; readonly column: number }, line: number, column: number) {
  return at.line < line || (at.line === line && at.column <= column);
}
