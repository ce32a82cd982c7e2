import type { Measurement } from '../../metrics/collection/measurements.js';
import { NO_MAP } from './attributes.js';
import type { Convention } from './conventions.js';

/** How units are written in UCUM. What is not among them is taken to be written so already. */
const UNITS: Readonly<Record<string, string>> = {
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
};

/** A metric of the application: everything as it was given. */
export function applicationMetric({
  kind,
  name,
  description: { unit = '', help = '' },
}: Measurement): Convention {
  const ucum = Object.hasOwn(UNITS, unit) ? UNITS[unit] : unit;
  return { kind, name, unit: ucum, description: help, attributes: NO_MAP, isUpDown: false };
}
