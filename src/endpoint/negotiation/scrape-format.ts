import type { TextFormat } from '../../exporters/prometheus/text-format.js';
import { OPEN_METRICS, TEXT } from '../../exporters/prometheus/text-format.js';
import type { Offer } from './accept.js';
import { qualities } from './accept.js';

const JSON_OFFER: Offer = { type: 'application/json' };
// A text in the format 0.0.4 is one in 1.0.0, which also allows other characters in names.
const TEXT_OFFER: Offer = { type: 'text/plain', versions: ['0.0.4', '1.0.0'] };
// What asks for 0.0.1 reads 1.0.0, which is what it became.
const OPEN_METRICS_OFFER: Offer = {
  type: 'application/openmetrics-text',
  versions: ['1.0.0', '0.0.1'],
};

/**
 * The format that a client wants more than JSON, by its `Accept` header. A browser, `curl`, and whoever says nothing
 * or takes both alike get JSON: `undefined`.
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

/** The format for a client that is to have one of them whatever it wants. */
export function formatFor(accept: string | undefined): TextFormat {
  const [text = 0, openMetrics = 0] = qualities(accept, [TEXT_OFFER, OPEN_METRICS_OFFER]);
  return openMetrics > text ? OPEN_METRICS : TEXT;
}
