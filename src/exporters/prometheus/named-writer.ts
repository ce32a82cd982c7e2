import type { ExportNames } from '../../metrics/export-names.js';
import { ConstantLabels } from './constant-labels.js';
import type { SampleSink } from './exposition-family.js';
import type { ExpositionWriter } from './exposition-format.js';

/** Writes all families with the prefix and all samples with the labels of the options. */
export function namedWriter(writer: ExpositionWriter, names: ExportNames): ExpositionWriter {
  const { prefix, labels } = names;
  if (prefix === '' && Object.keys(labels).length === 0) return writer;
  const constant = new ConstantLabels(names);
  let sink: SampleSink | undefined;
  const named: SampleSink = {
    number: (own, value) => sink?.number(constant.addTo(own), value),
    histogram: (own, histogram) => sink?.histogram(constant.addTo(own), histogram),
  };
  return {
    begin: (family) => {
      sink = writer.begin({ ...family, name: prefix + family.name });
      return named;
    },
    finish: () => writer.finish(),
  };
}
