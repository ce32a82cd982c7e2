import type { ExpositionFormat } from '../../exporters/prometheus/exposition-format.js';
import type { Resolution } from '../../exporters/prometheus/protobuf/native-histogram.js';
import { protobufFormat } from '../../exporters/prometheus/protobuf/protobuf-format.js';
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
// Clients that want another encoding of it (text, compact-text) get a text format, which all of them read as well.
const PROTOBUF_OFFER: Offer = {
  type: 'application/vnd.google.protobuf',
  parameters: { proto: 'io.prometheus.client.MetricFamily', encoding: 'delimited' },
};

/** Of several formats that a client accepts alike, it gets the first. */
const SCRAPE_OFFERS = [TEXT_OFFER, OPEN_METRICS_OFFER, PROTOBUF_OFFER];

/**
 * The format of Prometheus that a client prefers to JSON, by its `Accept` header. `undefined`, for JSON: a browser, `curl`,
 * and any client without a preference.
 */
export function formatInsteadOfJson(
  accept: string | undefined,
  resolution?: Resolution,
): ExpositionFormat | undefined {
  const [json = 0, ...others] = qualities(accept, [JSON_OFFER, ...SCRAPE_OFFERS]);
  return Math.max(...others) > json ? formatFor(accept, resolution) : undefined;
}

/** The format for a client that gets one of Prometheus in any case. */
export function formatFor(accept: string | undefined, resolution?: Resolution): ExpositionFormat {
  const [text = 0, openMetrics = 0, protobuf = 0] = qualities(accept, SCRAPE_OFFERS);
  if (protobuf > Math.max(text, openMetrics)) return protobufFormat(resolution);
  return openMetrics > text ? OPEN_METRICS : TEXT;
}
