import type { ExpositionFormat } from './exposition-format.js';
import { OPEN_METRICS_DIALECT, TEXT_DIALECT } from './text-dialect.js';
import { TextWriter } from './text-writer.js';

/** The text format 0.0.4, which everything reads that supports Prometheus. */
export const TEXT: ExpositionFormat = {
  key: 'text',
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  writer: () => new TextWriter(TEXT_DIALECT),
  end: '',
};

/** OpenMetrics 1.0, which Prometheus prefers to the text format. */
export const OPEN_METRICS: ExpositionFormat = {
  key: 'openmetrics',
  contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  writer: () => new TextWriter(OPEN_METRICS_DIALECT),
  end: '# EOF\n',
};
