import { UNDERSCORES } from '../escaping.js';
import type { ExpositionFormat } from '../exposition-format.js';
import type { Resolution } from './native-histogram.js';
import { FULL_RESOLUTION } from './native-histogram.js';
import { ProtobufWriter } from './protobuf-writer.js';

const CONTENT_TYPE =
  'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';

/** The binary format, the only one in which Prometheus reads native histograms. */
export function protobufFormat(resolution: Resolution = FULL_RESOLUTION): ExpositionFormat {
  return {
    key: `protobuf ${resolution.schema} ${resolution.buckets}`,
    contentType: CONTENT_TYPE,
    escaping: UNDERSCORES,
    writer: () => new ProtobufWriter(resolution),
    end: '',
  };
}
