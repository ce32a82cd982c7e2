/** Numbers as a person reads them: three significant digits and a unit. */

const EMPTY = '–';

type Maybe = number | null | undefined;

export function count(value: Maybe): string {
  if (!isNumber(value)) return EMPTY;
  return scaled(value, 1000, ['', ' k', ' M', ' G', ' T']);
}

export function rate(value: Maybe): string {
  return isNumber(value) ? `${count(value)}/s` : EMPTY;
}

/** @param value in bytes */
export function bytes(value: Maybe): string {
  if (!isNumber(value)) return EMPTY;
  return scaled(value, 1024, [' B', ' KB', ' MB', ' GB', ' TB']);
}

/** @param value in seconds */
export function seconds(value: Maybe): string {
  if (!isNumber(value)) return EMPTY;
  const size = Math.abs(value);
  if (size === 0) return '0 ms';
  if (size < 1e-3) return `${digits(value * 1e6)} µs`;
  if (size < 1) return `${digits(value * 1e3)} ms`;
  if (size < 120) return `${digits(value)} s`;
  return duration(value);
}

/** @param value a share from 0 to 1 */
export function percent(value: Maybe): string {
  if (!isNumber(value)) return EMPTY;
  const share = value * 100;
  return `${share !== 0 && Math.abs(share) < 0.1 ? share.toPrecision(1) : digits(share)} %`;
}

/** A long time in its two largest units. */
export function duration(value: Maybe): string {
  if (!isNumber(value)) return EMPTY;
  const whole = Math.round(value);
  const parts: [number, string][] = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ];
  const first = parts.findIndex(([number]) => number > 0);
  if (first < 0) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(([number]) => number > 0)
    .map(([number, unit]) => `${number} ${unit}`)
    .join(' ');
}

export type Format = (value: Maybe) => string;

/** The format for the unit that the metric was described with. */
export function formatFor(unit: string | null): Format {
  if (unit === 'seconds') return seconds;
  if (unit === 'bytes') return bytes;
  if (unit === 'ratio') return percent;
  if (unit === 'percent') return (value) => (isNumber(value) ? `${digits(value)} %` : EMPTY);
  return count;
}

function isNumber(value: Maybe): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function scaled(value: number, base: number, units: readonly string[]): string {
  let size = value;
  let unit = 0;
  // 999.6 would be written as 1000.
  while (Math.abs(size) >= base - 0.5 && unit < units.length - 1) {
    size /= base;
    unit++;
  }
  return `${digits(size)}${units[unit] ?? ''}`;
}

function digits(value: number): string {
  const size = Math.abs(value);
  if (size >= 100 || Number.isInteger(value)) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1).replace(/\.0$/, '');
  return value.toFixed(2).replace(/\.?0+$/, '');
}
