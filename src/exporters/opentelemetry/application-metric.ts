import type { Measurement } from '../../metrics/collection/measurements.js';
import { NO_MAP } from './attributes.js';
import type { Convention } from './conventions.js';

/** The UCUM codes of units. A unit that is not listed is used as it is. */
const UNITS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    seconds: 's',
    milliseconds: 'ms',
    microseconds: 'us',
    nanoseconds: 'ns',
    minutes: 'min',
    hours: 'h',
    days: 'd',
    bytes: 'By',
    kilobytes: 'kBy',
    megabytes: 'MBy',
    percent: '%',
    ratio: '1',
  }),
);

/** The convention of a metric of the application: name, help and labels as given. */
export function applicationMetric({
  kind,
  name,
  description: { unit = '', help = '' },
}: Measurement): Convention {
  return {
    kind,
    name,
    unit: UNITS.get(unit) ?? unit,
    description: help,
    attributes: NO_MAP,
    isUpDown: false,
  };
}
