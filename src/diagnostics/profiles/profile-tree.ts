import { fileURLToPath } from 'node:url';

/** What a profile measures, and in which unit. */
interface ProfileMeasure {
  /** Its name in pprof. */
  readonly type: string;
  readonly unit: string;
}

/** A function, as called by its parent in the tree. */
export interface ProfileNode {
  readonly function: string;
  /** Empty for code that is in no file, such as functions of V8 itself. */
  readonly file: string;
  /** Where the function begins, from 1; 0 where that is not known. */
  readonly line: number;
  /** The value of the function itself, without what it calls. */
  readonly self: number;
  readonly children: readonly ProfileNode[];
}

/** A profile of any kind, in the form that the table and pprof need. */
export interface ProfileTree {
  readonly measure: ProfileMeasure;
  /** When it began, in milliseconds since 1970. */
  readonly startTime: number;
  /** Milliseconds. */
  readonly duration: number;
  /** The distance between two samples, in the unit of the measure. */
  readonly period: number;
  /** The functions that the event loop called. */
  readonly roots: readonly ProfileNode[];
}

/** A function as the inspector describes it. Lines start at 0, and are -1 if there is none. */
export interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

export function nodeOf(
  { functionName, url, lineNumber }: CallFrame,
  self: number,
  children: ProfileNode[],
): ProfileNode {
  const line = url === '' ? 0 : lineNumber + 1;
  return { function: functionName || '(anonymous)', file: pathOf(url), line, self, children };
}

function pathOf(url: string): string {
  try {
    return url.startsWith('file:') ? fileURLToPath(url) : url;
  } catch {
    return url;
  }
}
