import type { TextFormat } from '../../exporters/prometheus/text-format.js';
import { OPEN_METRICS, TEXT } from '../../exporters/prometheus/text-format.js';
import type { Offer } from './accept.js';
import { qualities } from './accept.js';

const JSON_OFFER: Offer = { type: 'application/json' };
// Every text in format 0.0.4 is also valid in 1.0.0, which allows more characters in names.
const TEXT_OFFER: Offer = { type: 'text/plain', versions: ['0.0.4', '1.0.0'] };
// 0.0.1 was the draft of 1.0.0: clients that ask for it read 1.0.0.
const OPEN_METRICS_OFFER: Offer = {
  type: 'application/openmetrics-text',
  versions: ['1.0.0', '0.0.1'],
};

/**
 * The text format that a client prefers to JSON, by its `Accept` header. `undefined`, for JSON: a browser, `curl`, and any
 * client without a preference.
 */
export function formatInsteadOfJson(accept: string | undefined): TextFormat | undefined {
  const [json = 0, text = 0, openMetrics = 0] = qualities(accept, [
    JSON_OFFER,
    TEXT_OFFER,
    OPEN_METRICS_OFFER,
  ]);
  if (Math.max(text, openMetrics) <= json) return undefined;
  return openMetrics > text ? OPEN_METRICS : TEXT;
}

/** The text format for a client that gets text in any case. */
export function formatFor(accept: string | undefined): TextFormat {
  const [text = 0, openMetrics = 0] = qualities(accept, [TEXT_OFFER, OPEN_METRICS_OFFER]);
  return openMetrics > text ? OPEN_METRICS : TEXT;
}
