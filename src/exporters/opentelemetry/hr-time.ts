import type { HrTime } from '@opentelemetry/api';

/** Milliseconds since 1970 as OpenTelemetry writes them: whole seconds, and the rest in nanoseconds. */
export function hrTimeOf(ms: number): HrTime {
  const whole = Math.round(ms);
  return [Math.floor(whole / 1000), (whole % 1000) * 1_000_000];
}
