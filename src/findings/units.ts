/** Formats seconds for a message, such as `312 ms`. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 120) return `${Number(seconds.toPrecision(2))} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 3600)} hours`;
}

/** Formats bytes for a message, such as `412 MB`. */
export function megabytes(bytes: number): string {
  const value = bytes / 1e6;
  return `${value < 10 ? Number(value.toPrecision(2)) : Math.round(value)} MB`;
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** Formats a number for a message, such as `1 024`. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ' ');
}

export function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
