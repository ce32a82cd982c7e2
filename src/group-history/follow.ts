import { inSlices, nextIteration } from '../common/slices.js';
import type { MonitorFindings } from '../findings/monitor-findings.js';
import type { HistoryDocument, HistoryTier } from '../history/history-document.js';
import type { MonitorHistory } from '../history/monitor-history.js';
import { cpuOf } from '../processes/group/ended-totals.js';
import type { ProcessGroup } from '../processes/group/process-group.js';
import type { ReceivedSource } from '../processes/received/received-source.js';
import { SourceTotals } from './source-totals.js';

/** What {@link follow} needs from this process. */
export interface Followed {
  readonly history: MonitorHistory;
  readonly findings: MonitorFindings | undefined;
  /** Saves the totals: unsaved totals must not be sent. */
  readonly group: Pick<ProcessGroup, 'save' | 'saved'>;
}

/** The method of the call. */
export const FOLLOW = 'follow';

/**
 * One item of the response: the beginning of the whole history, some of its series, one of its columns, its end; series that are new
 * in the next step, and the step; all findings, after a change. Each item is one line, whose length is limited. After the indexes of
 * series have changed or the clock was set, another whole history follows.
 */
export type FollowItem =
  | readonly [
      'history',
      Pick<HistoryDocument, 'instance' | 'dropped_series'>,
      times: readonly HistoryTier['times'][],
      seconds: readonly HistoryTier['seconds'][],
    ]
  | readonly ['series', series: HistoryDocument['series'], latest?: HistoryDocument['latest']]
  | readonly ['column', step: 1 | 10, series: number, figure: string, values: readonly (number | null)[]]
  | readonly ['heat', step: 1 | 10, series: number, counts: readonly (readonly number[])[]]
  | readonly ['whole', reason: 'begin' | 'series' | 'clock']
  | readonly ['row', row: object]
  | readonly ['findings', findings: readonly object[]];

/** What the receiver has: the last step, and the number of series. */
interface Place {
  readonly sequence: number;
  readonly known: number;
}

/** Columns, or steps, in one chunk, and series in one item. With the longest labels, a series takes 14 kB. */
const [AT_ONCE, SERIES_AT_ONCE] = [8, 64];

/** Yields the history of this process, and then each new step, until the signal aborts. */
export async function* follow(
  { history, findings, group }: Followed,
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
      const steps = reset === undefined ? history.reader.stepsAfter(sequence)?.slice(0, AT_ONCE) : undefined;
      if (steps === undefined) {
        const reason = reset ?? 'series';
        reset = undefined;
        ({ sequence, known } = yield* whole(reason));
        continue;
      }
      if (steps.length === 0) continue;
      // There may be more of them.
      hasNews = true;
      const isSaved = await isDone(group.save());
      if (reset !== undefined) continue;
      const last = steps.at(-1);
      sequence = last?.sequence ?? sequence;
      // All before the first is sent: the receiver may read slowly, and the indexes of series may change meanwhile.
      const rows = steps.map((step) => {
        const row = history.reader.row(step, known, isSaved && step === last);
        known += row.series?.length ?? 0;
        return row;
      });
      for (const { series = [], ...row } of rows) {
        yield* seriesItems(series);
        yield [text(['row', row])];
      }
    }
  } finally {
    unsubscribe();
    signal.removeEventListener('abort', notify);
  }

  async function* whole(reason: 'begin' | 'series' | 'clock'): AsyncGenerator<readonly string[], Place> {
    const isSaved = await isDone(group.save());
    const { tiers, sequence, instance, dropped_series, series, latest } = await history.document();
    const times = tiers.map((tier) => tier.times);
    const seconds = tiers.map((tier) => tier.seconds);
    const totals = isSaved ? latest : await savedTotals(series, latest, group.saved.source);
    yield [text(['history', { instance, dropped_series }, times, seconds])];
    yield* seriesItems(series, totals);
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

async function* seriesItems(
  series: HistoryDocument['series'],
  latest?: HistoryDocument['latest'],
): AsyncGenerator<readonly string[], void> {
  for (let start = 0; start < series.length; start += SERIES_AT_ONCE) {
    const end = start + SERIES_AT_ONCE;
    yield [text(['series', series.slice(start, end), latest?.slice(start, end)])];
    await nextIteration();
  }
}

/** The totals as they were last saved, for a receiver that would otherwise begin at zero; and the current values of gauges. */
async function savedTotals(
  series: HistoryDocument['series'],
  latest: HistoryDocument['latest'],
  source: ReceivedSource,
): Promise<HistoryDocument['latest']> {
  const totals = await inSlices(SourceTotals.of([source], [cpuOf(source)]));
  return series.map((one, at) => (one.kind === 'gauge' ? latest[at] : totals.get(one)) ?? null);
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
