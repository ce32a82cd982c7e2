import { uptime } from 'node:os';
import { performance } from 'node:perf_hooks';

/** The clocks that the history reads, in milliseconds. Tests have their own. */
export interface TimeSource {
  /** Never goes back. On most systems, it stands still while the machine sleeps. */
  monotonic(): number;
  /** Since 1970. It can be set, also backwards. */
  wall(): number;
  /** Since the machine started, including the time in which it slept. It may be exact to a second only. */
  sinceBoot(): number;
}

export const SYSTEM_TIME: TimeSource = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  sinceBoot: () => uptime() * 1000,
};
