import type { HistoryQuery } from '../../history/history-document.js';

/** Names of series: separated by commas, which may also stand in the quoted value of a label. */
const NAMES = /(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/g;

/** Maximum number of names: each of them is compared with each series. */
const MAX_NAMES = 100;

const NUMBER = /^\d{1,16}$/;

/** The query of a request for the history; `undefined` if it is not understood. */
export function historyQueryIn(parameters: URLSearchParams): HistoryQuery | undefined {
  const since = parameters.get('since');
  if (since !== null && !NUMBER.test(since)) return undefined;
  const series = parameters.get('series')?.match(NAMES) ?? undefined;
  if (series !== undefined && series.length > MAX_NAMES) return undefined;
  return { ...(since !== null && { since: Number(since) }), ...(series && { series: [...series] }) };
}

/**
 * The number of a step to continue from: by the header that a browser sends when it connects again, or in the query, since it
 * cannot send one when it connects first.
 *
 * @returns `undefined` if there is none; `NaN` if it is not understood.
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
