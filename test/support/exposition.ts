import { present } from './present.js';

/** A parsed metric family. */
export interface ReadFamily {
  name: string;
  type: string;
  help?: string;
  unit?: string;
  samples: ReadSample[];
}

export interface ReadSample {
  name: string;
  labels: Record<string, string>;
  value: number;
  exemplar?: ReadExemplar;
}

export interface ReadExemplar {
  labels: Record<string, string>;
  value: number;
  /** In seconds since 1970. */
  time: number;
}

export type ReadFormat = 'text' | 'openmetrics';

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? ([^ ]+)$`, 's');
/** A quoted text, for names of any characters. */
const QUOTED = '"(?:[^"\\\\\\n\\0]|\\\\["\\\\n])*"';
const QUOTED_SAMPLE = new RegExp(`^\\{(${QUOTED})(?:,(.*))?\\} ([^ ]+)$`, 's');
const LABEL = new RegExp(`([a-zA-Z_][a-zA-Z0-9_]*|${QUOTED})=(${QUOTED})(?:,|$)`, 'gsy');
/** The end of a sample in OpenMetrics that has an exemplar. */
const EXEMPLAR = /^(.*) # \{(.*)\} ([^ ]+) ([^ ]+)$/s;
const NUMBER = /^(?:[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|NaN)$/;
const TYPES = {
  text: ['counter', 'gauge', 'histogram', 'untyped'],
  openmetrics: ['counter', 'gauge', 'histogram', 'unknown'],
};

/** Parses a whole text, and throws for everything that the format does not allow, even where Prometheus accepts it. */
export function readExposition(text: string, format: ReadFormat): Map<string, ReadFamily> {
  if (/\p{Surrogate}|\0/u.test(text)) fail('a surrogate or NUL character', text);
  const lines = text.split('\n');
  if (lines.pop() !== '') fail('no line feed at the end', text.slice(-50));
  if (format === 'openmetrics' && lines.pop() !== '# EOF') fail('no # EOF', text.slice(-50));
  const families = new Map<string, ReadFamily>();
  const seen = new Set<string>();
  let family: ReadFamily | undefined;
  for (const line of lines) {
    const meta = new RegExp(`^# (HELP|TYPE|UNIT) (${NAME}|${QUOTED}) (.*)$`, 's').exec(line);
    if (meta !== null) {
      const [, keyword = '', written = '', rest = ''] = meta;
      const name = nameIn(written, line);
      if (family === undefined || family.name !== name) {
        if (families.has(name)) fail('a duplicate family', line);
        family = { name, type: '', samples: [] };
        families.set(name, family);
      }
      if (family.samples.length > 0) fail('metadata after samples', line);
      const key = keyword.toLowerCase() as 'help' | 'type' | 'unit';
      if (family[key]) fail('duplicate metadata', line);
      family[key] = rest;
      if (key === 'type' && !TYPES[format].includes(rest)) fail('an unknown type', line);
      if (key === 'unit' && !name.endsWith(`_${rest}`)) fail('a name without its unit', line);
      continue;
    }
    const sample = format === 'openmetrics' ? readWithExemplar(line) : readSample(line);
    if (
      family === undefined ||
      !suffixesOf(family, format).some((end) => sample.name === family?.name + end)
    ) {
      return fail('a sample outside its family', line);
    }
    const identity = JSON.stringify([
      sample.name,
      Object.entries(sample.labels).sort(([a], [b]) => (a < b ? -1 : 1)),
    ]);
    if (seen.has(identity)) fail('a duplicate series', line);
    seen.add(identity);
    family.samples.push(sample);
  }
  for (const one of families.values()) checkFamily(one, format);
  checkNames(families, format);
  return families;
}

function readWithExemplar(line: string): ReadSample {
  const [, before, text = '', value = '', time = ''] = EXEMPLAR.exec(line) ?? [];
  if (before === undefined) return readSample(line);
  const sample = readSample(before);
  if (!sample.name.endsWith('_bucket')) fail('an exemplar outside a bucket', line);
  if (!NUMBER.test(value) || !/^\d+(?:\.\d+)?$/.test(time)) fail('an invalid exemplar', line);
  const labels = readLabels(text, line);
  if (Object.entries(labels).reduce((sum, [name, of]) => sum + Array.from(name + of).length, 0) > 128)
    fail('an exemplar that is too long', line);
  const le = Number(sample.labels.le?.replace('Inf', 'Infinity'));
  if (Number(value) > le) fail('an exemplar outside of its bucket', line);
  return { ...sample, exemplar: { labels, value: Number(value), time: Number(time) } };
}

function readSample(line: string): ReadSample {
  const match = SAMPLE.exec(line) ?? QUOTED_SAMPLE.exec(line);
  if (match === null) return fail('not a sample', line);
  const [, written = '', text = '', value = ''] = match;
  const name = nameIn(written, line);
  if (!NUMBER.test(value)) fail('not a number', line);
  return { name, labels: readLabels(text, line), value: Number(value.replace('Inf', 'Infinity')) };
}

function readLabels(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let end = 0;
  for (const [whole, written = '', quoted = ''] of text.matchAll(LABEL)) {
    const label = nameIn(written, line);
    if (Object.hasOwn(labels, label)) fail('a duplicate label', line);
    if (label.startsWith('__')) fail('a label reserved for Prometheus', line);
    const value = unquoted(quoted);
    if (value === '') fail('a label with an empty value', line);
    labels[label] = value;
    end += whole.length;
  }
  if (end !== text.length || text.endsWith(',')) fail('an invalid label', line);
  return labels;
}

/** A name is quoted if it has to be, and only then. */
function nameIn(written: string, line: string): string {
  if (!written.startsWith('"')) return written;
  const name = unquoted(written);
  if (new RegExp(`^${NAME}$`).test(name) && !name.includes(':')) fail('a name that is quoted in vain', line);
  return name;
}

function unquoted(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(.)/gs, (_all, one: string) => (one === 'n' ? '\n' : one));
}

function suffixesOf({ type }: ReadFamily, format: ReadFormat): string[] {
  if (type === 'histogram') return ['_bucket', '_sum', '_count'];
  return type === 'counter' && format === 'openmetrics' ? ['_total'] : [''];
}

function checkFamily(family: ReadFamily, format: ReadFormat): void {
  const { name, type, help, samples } = family;
  if (type === '' || !help) fail('no type or no help', name);
  if (samples.length === 0) fail('no samples', name);
  if (type === 'counter' && format === 'text' && !name.endsWith('_total'))
    fail('a counter without _total', name);
  if (type === 'counter' && samples.some(({ value }) => !(value >= 0))) fail('a counter below zero', name);
  if (type !== 'histogram' && samples.some(({ labels }) => 'le' in labels))
    fail('a label le outside a histogram', name);
  if (type === 'histogram') checkHistogram(family);
}

function checkHistogram({ name, samples }: ReadFamily): void {
  const bySeries = new Map<string, ReadSample[]>();
  for (const sample of samples) {
    const { le: _le, ...labels } = sample.labels;
    const key = JSON.stringify(labels);
    bySeries.set(key, [...(bySeries.get(key) ?? []), sample]);
  }
  for (const series of bySeries.values()) {
    const buckets = series.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) => Number(labels.le?.replace('Inf', 'Infinity')));
    const counts = buckets.map(({ value }) => value);
    if (bounds.at(-1) !== Infinity) fail('no bucket for +Inf', name);
    if (!isAscending(bounds, (a, b) => a < b)) fail('bounds out of order', name);
    if (!isAscending(counts, (a, b) => a <= b)) fail('buckets that are not cumulative', name);
    const count = series.find((sample) => sample.name === `${name}_count`);
    const sum = series.find((sample) => sample.name === `${name}_sum`);
    if ((count === undefined) !== (sum === undefined)) fail('a sum or a count without the other', name);
    if (count !== undefined && count.value !== counts.at(-1))
      fail('a count other than that of the +Inf bucket', name);
  }
}

/** No name of a family, with its suffixes, may belong to another family. */
function checkNames(families: Map<string, ReadFamily>, format: ReadFormat): void {
  const owners = new Map<string, string>();
  for (const family of families.values()) {
    for (const suffix of new Set(['', ...suffixesOf(family, format)])) {
      const name = family.name + suffix;
      if (owners.has(name)) fail('a name used by two families', name);
      owners.set(name, family.name);
    }
  }
}

function isAscending(values: number[], isInOrder: (a: number, b: number) => boolean): boolean {
  return values.slice(1).every((value, index) => isInOrder(present(values[index]), value));
}

function fail(what: string, where: string): never {
  throw new Error(`${what}: ${JSON.stringify(where)}`);
}
