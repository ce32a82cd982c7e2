import type { HistoryQuery } from '../../history/history-document.js';

/** Names of series, separated by commas. The quoted value of a label may contain commas too. */
const NAMES = /(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/g;

/** Maximum number of names: each of them is compared with each series. */
const MAX_NAMES = 100;

const NUMBER = /^\d{1,16}$/;

/** The query of a request for the history; `undefined` if it is invalid. */
export function historyQueryIn(parameters: URLSearchParams): HistoryQuery | undefined {
  const [since, last] = [parameters.get('since'), parameters.get('last')];
  if ([since, last].some((given) => given !== null && !NUMBER.test(given))) return undefined;
  const limits = [
    ...(since === null ? [] : [Number(since)]),
    ...(last === null ? [] : [secondsAgo(Number(last))]),
  ];
  const series = parameters.get('series')?.match(NAMES) ?? undefined;
  if (series !== undefined && series.length > MAX_NAMES) return undefined;
  return {
    ...(limits.length > 0 && { since: Math.max(...limits) }),
    ...(series && { series: [...series] }),
  };
}

/** In milliseconds since 1970. The same for a whole second, so that requests at about the same time share one document. */
function secondsAgo(seconds: number): number {
  return (Math.floor(Date.now() / 1000) - seconds) * 1000;
}

/**
 * The number of the step to continue from: from the `Last-Event-ID` header, which a browser sends when it reconnects, or from the
 * query, since a browser cannot set that header when it first connects.
 *
 * @returns `undefined` if there is none; `NaN` if it is invalid.
 */
export function afterIn(
  parameters: URLSearchParams,
  lastEventId: string | string[] | undefined,
): number | undefined {
  const given =
    lastEventId === undefined || lastEventId === '' ? parameters.get('after') : String(lastEventId);
  if (given === null) return undefined;
  return NUMBER.test(given) ? Number(given) : Number.NaN;
}
