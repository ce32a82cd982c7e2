import { ratio, sum } from './figures.js';
import type { Columns } from '../state.js';

type Values = (number | null)[];

const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;

export type StatusClass = (typeof CLASSES)[number];

/** Responses per second of one class of status. */
export function responses(columns: Columns, status: StatusClass): readonly (number | null)[] {
  return columns.values(`http_responses{class="${status}"}`, 'rate');
}

/** Responses per second of all classes. */
export function allResponses(columns: Columns): Values {
  return sum(CLASSES.map((status) => responses(columns, status)));
}

/** The share of responses with a status of 500 and above, from 0 to 1. */
export function errorShare(columns: Columns): Values {
  return ratio(responses(columns, '5xx'), allResponses(columns));
}
