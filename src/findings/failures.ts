import type { HistorySeries } from '../history/history-document.js';
import { sum, total } from './numbers.js';
import type { Observation, RuleContext } from './rule.js';

/** The fewest failures, and the smallest share of all calls, for a finding about a route or handler. */
const [FEWEST, SHARE] = [5, 0.2];
const [FEWEST_CRITICAL, SHARE_CRITICAL] = [10, 0.5];

/** Failures must occur in at least this many parts of 10 s. Fewer are a burst. */
const [PART, FEWEST_PARTS] = [10, 3];

/** The last failure must not be older than this, in seconds. Otherwise the fault counts as fixed. */
const RECENT = 90;

/** What is called and may fail: a route, or a handler. */
export interface Failing {
  /** Such as `POST /orders/:id`. */
  readonly name: string;
  readonly metric: string;
  /** "requests to", "calls of" */
  readonly what: string;
  readonly calls: readonly HistorySeries[];
  isFailure(series: HistorySeries): boolean;
}

/** The observation about a route or handler, if it fails often enough. */
export function failuresOf({ history }: RuleContext, failing: Failing): Observation[] {
  const seconds = history.seconds(1);
  const countsOf = (series: HistorySeries) =>
    history.values(1, series.key, 'rate').map((rate, at) => (rate || 0) * (seconds[at] || 0));
  const failed = addedUp(failing.calls.filter((one) => failing.isFailure(one)).map(countsOf));
  const all = sum(failing.calls.map((one) => total(history.values(1, one.key, 'rate'), seconds)));
  const failures = Math.round(sum(failed));
  const share = failures / all;
  const partOf = (at: number) => Math.floor((failed.length - 1 - at) / PART);
  const times = failed.flatMap((count, at) => (count > 0 ? [at] : []));
  const isSpread = new Set(times.map(partOf)).size >= FEWEST_PARTS;
  const isRecent = failed.length - 1 - (times.at(-1) ?? -Infinity) < RECENT;
  if (failures < FEWEST || !(share >= SHARE) || !isSpread || !isRecent) return [];
  return [
    {
      subject: failing.name,
      severity: failures >= FEWEST_CRITICAL && share >= SHARE_CRITICAL ? 'critical' : 'warning',
      confidence: failures >= 2 * FEWEST ? 'high' : 'medium',
      title: `${failures} of ${all} ${failing.what} ${failing.name} failed in 5 minutes.`,
      evidence: [
        { series: `${failing.metric} that failed`, value: failures },
        { series: failing.metric, value: all },
      ],
      advice: 'Read the errors in the log of the application, and check the services that it calls there.',
    },
  ];
}

/** The worst first. */
export function worstFirst(observations: Observation[]): Observation[] {
  return observations.toSorted((a, b) => (b.evidence[0]?.value ?? 0) - (a.evidence[0]?.value ?? 0));
}

function addedUp(columns: readonly (readonly number[])[]): number[] {
  const length = Math.max(0, ...columns.map((column) => column.length));
  return Array.from({ length }, (_, at) => sum(columns.map((column) => column[at] ?? 0)));
}
