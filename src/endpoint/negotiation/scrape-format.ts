import { escapingNamed } from '../../exporters/prometheus/escaping.js';
import type { ExpositionFormat } from '../../exporters/prometheus/exposition-format.js';
import type { Resolution } from '../../exporters/prometheus/protobuf/native-histogram.js';
import { protobufFormat } from '../../exporters/prometheus/protobuf/protobuf-format.js';
import { OPEN_METRICS, TEXT, TEXT_1_0_0, withEscaping } from '../../exporters/prometheus/text-format.js';
import type { Offer, Preference } from './accept.js';
import { preferences, qualities } from './accept.js';

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

/** In order of preference: a client that accepts several formats equally gets the first of them. */
const SCRAPE_OFFERS = [TEXT_OFFER, OPEN_METRICS_OFFER, PROTOBUF_OFFER];

const NONE: Preference = { quality: 0, parameters: new Map() };

/**
 * The format of Prometheus that a client prefers to JSON, by its `Accept` header. `undefined` (JSON) for a browser, `curl`,
 * and any client without a preference.
 */
export function formatInsteadOfJson(
  accept: string | undefined,
  resolution?: Resolution,
): ExpositionFormat | undefined {
  const [json = 0, ...others] = qualities(accept, [JSON_OFFER, ...SCRAPE_OFFERS]);
  return Math.max(...others) > json ? formatFor(accept, resolution) : undefined;
}

/** The format for a client that gets a format of Prometheus in any case. */
export function formatFor(accept: string | undefined, resolution?: Resolution): ExpositionFormat {
  const [text = NONE, openMetrics = NONE, protobuf = NONE] = preferences(accept, SCRAPE_OFFERS);
  if (protobuf.quality > Math.max(text.quality, openMetrics.quality)) {
    return escaped(protobufFormat(resolution), protobuf);
  }
  if (openMetrics.quality > text.quality) return escaped(OPEN_METRICS, openMetrics);
  return escaped(TEXT, text);
}

/**
 * The format with the escaping that the client requests, as every scraper of the text format 1.0.0 does. A client that requests none
 * gets underscores, and a content type without that parameter.
 */
function escaped(format: ExpositionFormat, { parameters }: Preference): ExpositionFormat {
  const escaping = escapingNamed(parameters.get('escaping'));
  if (escaping === undefined) return format;
  const isText1 = format === TEXT && parameters.get('version') === '1.0.0';
  return withEscaping(isText1 ? TEXT_1_0_0 : format, escaping);
}
