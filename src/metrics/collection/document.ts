import type { Column, Readout } from './readout.js';
import type { DocumentFacts, MetricsSnapshot } from './snapshot.js';
import { setOwn } from '../../common/set-own.js';
import type { Sliced } from '../../common/slices.js';

/** Series per time slice: for numbers, and for histograms, each of which can be long. */
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
  let i = 0;
  for (const name of names) {
    setOwn(record, name, values[i]);
    if (++i % ENTRIES === 0) yield;
  }
  return record;
}

/**
 * The document as JSON text, in pieces of some 10 kB. Joined, they are what `JSON.stringify` returns, except that all names
 * are sorted: an object has integer names first.
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
