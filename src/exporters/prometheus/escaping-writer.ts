import { parseLabels } from '../../metrics/series/parse-series-name.js';
import type { Escaping } from './escaping.js';
import { labelNameText } from './escaping.js';
import type { FamilyMetadata, SampleSink } from './exposition-family.js';
import { sampleName } from './exposition-family.js';
import type { ExpositionWriter } from './exposition-format.js';
import { escapeQuoted } from './sanitize.js';

/** Escapes the names of all families and labels. */
export function escapingWriter(writer: ExpositionWriter, { escape }: Escaping): ExpositionWriter {
  if (escape('_.') === '_.') return writer;
  let sink: SampleSink | undefined;
  const escaped: SampleSink = {
    number: (labels, value) => sink?.number(labelsOf(labels), value),
    histogram: (labels, histogram) => sink?.histogram(labelsOf(labels), histogram),
  };
  return {
    begin: (family) => {
      const name = escapedName(family);
      // With dots escaped, the name of a counter ends with an underscore, and not with its unit.
      const unit = name.endsWith(`_${family.unit}`) ? family.unit : undefined;
      sink = writer.begin({ ...family, name, unit });
      return escaped;
    },
    finish: () => writer.finish(),
  };

  /** The name of a counter is escaped with its `_total`, which is then cut off, because the writer adds it. */
  function escapedName({ name, type }: FamilyMetadata): string {
    const full = sampleName(name, type);
    return escape(full).slice(0, full === name ? undefined : name.length - full.length);
  }

  function labelsOf(text: string): string {
    if (text === '') return text;
    const parts = Object.entries(parseLabels(text)).map(
      ([name, value]) => `${labelNameText(escape(name))}="${escapeQuoted(value)}"`,
    );
    return `{${parts.join(',')}}`;
  }
}
