import { fileURLToPath } from 'node:url';

/** What a profile measures, in one unit for all kinds of it. */
interface ProfileMeasure {
  /** As pprof calls it. */
  readonly type: string;
  readonly unit: string;
}

/** A call of a function from the one above it in the tree. */
export interface ProfileNode {
  readonly function: string;
  /** Empty for code that is in no file, such as functions of V8's own. */
  readonly file: string;
  /** Where the function begins, from 1; 0 where that is not known. */
  readonly line: number;
  /** Of the function itself, without what it calls. */
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
  /** Between two samples, in the unit of the measure. */
  readonly period: number;
  /** What is called by the event loop. */
  readonly roots: readonly ProfileNode[];
}

/** How the inspector tells a function. Lines are from 0, and -1 where there is none. */
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
