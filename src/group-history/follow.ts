import { inSlices } from '../common/slices.js';
import type { MonitorFindings } from '../findings/monitor-findings.js';
import type { HistoryDocument } from '../history/history-document.js';
import type { MonitorHistory } from '../history/monitor-history.js';

/** What is needed of the process that is followed. */
export interface Followed {
  readonly history: MonitorHistory;
  readonly findings: MonitorFindings | undefined;
  /** Saves the totals: none may be told that is not saved. @throws if they cannot be saved. */
  readonly save: () => Promise<void>;
}

/** The method of the call. */
export const FOLLOW = 'follow';

/**
 * One item of the answer: the beginning of the whole history, a column of it, its end; a step; all findings, when they have changed.
 * After a whole history, another one may follow: series have got other indexes, or the clock was set.
 */
export type FollowItem =
  | readonly ['history', Omit<HistoryDocument, 'tiers' | 'time' | 'sequence'>, readonly (readonly number[])[]]
  | readonly ['column', step: 1 | 10, series: number, figure: string, values: readonly (number | null)[]]
  | readonly ['heat', step: 1 | 10, series: number, counts: readonly (readonly number[])[]]
  | readonly ['whole', reason: 'begin' | 'series' | 'clock']
  | readonly ['row', row: object]
  | readonly ['findings', findings: readonly object[]];

/** What the other process has: the last step, and the number of series. */
interface Place {
  readonly sequence: number;
  readonly known: number;
}

/** Columns in one piece. */
const AT_ONCE = 8;

/** Tells the history of this process and each step, until the signal. */
export async function* follow(
  { history, findings, save }: Followed,
  signal: AbortSignal,
): AsyncGenerator<readonly string[], void, undefined> {
  let reset: 'series' | 'clock' | undefined;
  let wake = () => {};
  let hasNews = true;
  const notify = () => {
    hasNews = true;
    wake();
  };
  const unsubscribe = history.subscribe({
    onSteps: notify,
    onReset: (reason) => {
      reset = reason;
      notify();
    },
  });
  signal.addEventListener('abort', notify);
  try {
    let { sequence, known } = yield* whole('begin');
    let version = -1;
    while (!signal.aborted) {
      if (findings !== undefined && findings.version !== version) {
        version = findings.version;
        yield [text(['findings', findings.findings])];
      }
      if (!hasNews) await new Promise<void>((resolve) => (wake = resolve));
      hasNews = false;
      if (signal.aborted) return;
      const steps = reset === undefined ? history.reader.stepsAfter(sequence) : undefined;
      if (steps === undefined) {
        const reason = reset ?? 'series';
        reset = undefined;
        ({ sequence, known } = yield* whole(reason));
        continue;
      }
      if (steps.length === 0) continue;
      const isSaved = await isDone(save());
      const last = steps.at(-1);
      sequence = last?.sequence ?? sequence;
      yield steps.map((step) => {
        const row = history.reader.row(step, known, isSaved && step === last);
        known += row.series?.length ?? 0;
        return text(['row', row]);
      });
    }
  } finally {
    unsubscribe();
    signal.removeEventListener('abort', notify);
  }

  async function* whole(reason: 'begin' | 'series' | 'clock'): AsyncGenerator<readonly string[], Place> {
    const isSaved = await isDone(save());
    const { tiers, sequence, instance, dropped_series, series, latest } = await history.document();
    const times = tiers.map((tier) => tier.times);
    const told = isSaved ? latest : [];
    yield [text(['history', { instance, dropped_series, series, latest: told }, times])];
    for (const { step, columns, heat = [] } of tiers) {
      for (let start = 0; start < columns.length; start += AT_ONCE) {
        const pieces = columns.slice(start, start + AT_ONCE);
        yield await inSlices(
          texts(pieces.map(({ series: at, figure, values }) => ['column', step, at, figure, values])),
        );
      }
      for (const { series: at, counts } of heat) yield [text(['heat', step, at, counts])];
    }
    yield [text(['whole', reason])];
    return { sequence, known: series.length };
  }
}

function isDone(work: Promise<void>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}

function* texts(items: readonly FollowItem[]): Generator<undefined, string[], undefined> {
  const list: string[] = [];
  for (const item of items) {
    list.push(text(item));
    yield;
  }
  return list;
}

function text(item: FollowItem): string {
  return JSON.stringify(item);
}
