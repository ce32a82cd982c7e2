/** Formats numbers for display: three significant digits and a unit. */

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
  // As it will be shown: 0.9996 s is 1 s, and not 1000 ms.
  const size = Math.abs(significant(value));
  if (size === 0) return '0 ms';
  if (size < 1e-3) return `${digits(value * 1e6)} µs`;
  if (size < 1) return `${digits(value * 1e3)} ms`;
  if (size < 120) return `${digits(value)} s`;
  return duration(value);
}

/** @param value a share from 0 to 1 */
export function percent(value: Maybe): string {
  if (!isNumber(value)) return EMPTY;
  return `${digits(value * 100)} %`;
}

const DAY = 86_400;

/** Seconds. From here on, hours do not matter. */
const LONG = 1000 * DAY;

/** A long time in its two largest units. */
export function duration(value: Maybe): string {
  if (!isNumber(value)) return EMPTY;
  if (value <= -0.5) return `-${duration(-value)}`;
  if (value >= LONG) return `${digits(value / DAY)} d`;
  const whole = Math.round(Math.abs(value));
  const parts: [number, string][] = [
    [Math.floor(whole / DAY), 'd'],
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
  // There is no unit for it.
  if (Math.abs(size) >= TOO_LARGE) return `${digits(value)}${units[0] ?? ''}`;
  return `${digits(size)}${units[unit] ?? ''}`;
}

/** Numbers from here on are written like `3e+38`. */
const TOO_LARGE = 1e6;

function digits(value: number): string {
  const size = Math.abs(value);
  if (size >= TOO_LARGE) return significant(value).toExponential();
  // 1023 bytes are not 1020.
  return size >= 100 ? value.toFixed(0) : String(significant(value));
}

function significant(value: number): number {
  return Number(value.toPrecision(3));
}
