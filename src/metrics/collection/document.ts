import type { Column, Readout } from './readout.js';
import type { DocumentFacts, MetricsSnapshot } from './snapshot.js';
import { setOwn } from '../../common/set-own.js';
import type { Sliced } from '../../common/slices.js';

/** So many numbers are written at a time, and so many figures of histograms, each of which can be a long list. */
const [ENTRIES, LONG_ENTRIES] = [256, 8];

/** The document as a plain value. */
export function* documentOf(facts: DocumentFacts, readout: Readout): Sliced<MetricsSnapshot> {
  return {
    ...facts,
    counters: yield* recordOf(readout.counters),
    gauges: yield* recordOf(readout.gauges),
    max_gauges: yield* recordOf(readout.max_gauges),
    min_gauges: yield* recordOf(readout.min_gauges),
    histograms: yield* recordOf(readout.histograms),
  };
}

function* recordOf<T>({ names, values }: Column<T>): Sliced<Record<string, T>> {
  const record: Record<string, T> = {};
  for (let i = 0; i < names.length; i++) {
    setOwn(record, names[i], values[i]);
    if (i % ENTRIES === ENTRIES - 1) yield;
  }
  return record;
}

/**
 * The document as JSON text, in pieces of some 10 kB. Put together, they say what `JSON.stringify` would make of it, with
 * all names in order; in an object, JavaScript puts those that are whole numbers first.
 */
export function* jsonOf(facts: DocumentFacts, readout: Readout): Sliced<string[]> {
  const pieces = [JSON.stringify(facts).slice(0, -1)];
  for (const [section, column] of Object.entries(readout) as [string, Column<unknown>][]) {
    pieces.push(`,"${section}":{`);
    yield* writeEntries(column, section === 'histograms' ? LONG_ENTRIES : ENTRIES, pieces);
    pieces.push('}');
  }
  pieces.push('}');
  return pieces;
}

function* writeEntries({ names, values }: Column<unknown>, length: number, pieces: string[]): Sliced<void> {
  for (let start = 0; start < names.length; start += length) {
    const entries = names
      .slice(start, start + length)
      .map((name, i) => `${JSON.stringify(name)}:${JSON.stringify(values[start + i])}`);
    pieces.push((start === 0 ? '' : ',') + entries.join(','));
    yield;
  }
}
