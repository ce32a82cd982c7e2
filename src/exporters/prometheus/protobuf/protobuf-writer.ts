import type { ExposedType, FamilyMetadata, HistogramSample, SampleSink } from '../exposition-family.js';
import type { ExpositionWriter } from '../exposition-format.js';
import { sanitizeText } from '../sanitize.js';
import { sampleName } from '../exposition-family.js';
import { writeHistogram } from './histogram-message.js';
import { writeLabels } from './label-pairs.js';
import { MessageBuffer } from './message-buffer.js';
import type { Resolution } from './native-histogram.js';

/** Fields of `io.prometheus.client.MetricFamily`, of its `Metric`, and of the messages with one value. */
const FAMILY = { name: 1, help: 2, type: 3, metric: 4, unit: 5 } as const;
const METRIC = { label: 1, gauge: 2, counter: 3, untyped: 5, histogram: 7 } as const;
const VALUE = 1;

/** `MetricType`, and the field of a metric of that type. */
const TYPES: Readonly<Record<ExposedType, { readonly number: number; readonly field: number }>> = {
  counter: { number: 0, field: METRIC.counter },
  gauge: { number: 1, field: METRIC.gauge },
  unknown: { number: 3, field: METRIC.untyped },
  histogram: { number: 4, field: METRIC.histogram },
};

/** Writes `MetricFamily` messages, each after its length, in chunks. */
export class ProtobufWriter implements ExpositionWriter, SampleSink {
  private readonly output = new MessageBuffer();
  /** The metrics of the current family. They are kept until it ends, because its length is written before them. */
  private readonly metrics = new MessageBuffer();
  private readonly header = new MessageBuffer();
  private readonly full: Buffer[] = [];
  private readonly chunks: Buffer[] = [];
  private family: FamilyMetadata | undefined;

  constructor(private readonly resolution: Resolution) {}

  begin(family: FamilyMetadata): SampleSink {
    this.endFamily();
    this.family = family;
    return this;
  }

  number(labels: string, value: number): void {
    const { metrics } = this;
    const metric = metrics.begin(FAMILY.metric);
    writeLabels(metrics, METRIC.label, labels);
    const message = metrics.begin(TYPES[this.family?.type ?? 'unknown'].field);
    metrics.double(VALUE, value);
    metrics.end(message);
    metrics.end(metric);
    if (metrics.isFull) this.full.push(metrics.take());
  }

  histogram(labels: string, histogram: HistogramSample): void {
    const { metrics } = this;
    const metric = metrics.begin(FAMILY.metric);
    writeLabels(metrics, METRIC.label, labels);
    const message = metrics.begin(METRIC.histogram);
    writeHistogram(metrics, histogram, this.resolution);
    metrics.end(message);
    metrics.end(metric);
    if (metrics.isFull) this.full.push(metrics.take());
  }

  finish(): Buffer[] {
    this.endFamily();
    if (this.output.length > 0) this.chunks.push(this.output.take());
    return this.chunks;
  }

  private endFamily(): void {
    const { family, metrics, full, output, chunks } = this;
    this.family = undefined;
    const length = full.reduce((sum, chunk) => sum + chunk.length, metrics.length);
    if (family === undefined || length === 0) return;
    const { header } = this;
    writeHeader(header, family);
    output.delimiter(header.length + length);
    output.append(header);
    if (full.length > 0) chunks.push(output.take(), ...full.splice(0));
    output.append(metrics);
    if (output.isFull) chunks.push(output.take());
  }
}

function writeHeader(header: MessageBuffer, { name, type, help, unit }: FamilyMetadata): void {
  header.string(FAMILY.name, sampleName(name, type));
  header.string(FAMILY.help, sanitizeText(help));
  header.unsigned(FAMILY.type, TYPES[type].number);
  if (unit !== undefined) header.string(FAMILY.unit, unit);
}
