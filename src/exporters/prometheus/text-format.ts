import type { Escaping } from './escaping.js';
import { UNDERSCORES } from './escaping.js';
import type { ExpositionFormat } from './exposition-format.js';
import { OPEN_METRICS_DIALECT, TEXT_DIALECT } from './text-dialect.js';
import { TextWriter } from './text-writer.js';

/** The text format 0.0.4, which everything that supports Prometheus can read. */
export const TEXT: ExpositionFormat = {
  key: 'text',
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  escaping: UNDERSCORES,
  writer: () => new TextWriter(TEXT_DIALECT),
  end: '',
};

/** The text format 1.0.0: 0.0.4 with any characters in names. */
export const TEXT_1_0_0: ExpositionFormat = {
  ...TEXT,
  key: 'text 1.0.0',
  contentType: 'text/plain; version=1.0.0; charset=utf-8',
};

/** OpenMetrics 1.0, which Prometheus prefers to the text format. */
export const OPEN_METRICS: ExpositionFormat = {
  key: 'openmetrics',
  contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  escaping: UNDERSCORES,
  writer: () => new TextWriter(OPEN_METRICS_DIALECT),
  end: '# EOF\n',
};

/** The format for a client that has requested an escaping. */
export function withEscaping(format: ExpositionFormat, escaping: Escaping): ExpositionFormat {
  return {
    ...format,
    key: `${format.key} ${escaping.name}`,
    contentType: `${format.contentType}; escaping=${escaping.name}`,
    escaping,
  };
}
