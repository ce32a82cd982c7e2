import type { HistorySeries, ProcessActivity } from '../history/history-document.js';
import type { HistoryCopy } from '../history/merging/history-copy.js';
import { MOST_FIGURES } from '../history/merging/tier-copy.js';
import { FIGURES_OF } from '../history/step-figures.js';

/** Steps of 1 s of which the mean is taken, so that a number does not jump; and those of which the longest delay is. */
const [RECENT, MINUTE] = [5, 60];

const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'];

/** What a process does now, from its last steps. */
export function activityOf(copy: HistoryCopy, state: ProcessActivity['state'], age: number): ProcessActivity {
  const { pid, thread } = copy.owner;
  const isOk = state === 'ok';
  const rate = (key: string) => (isOk ? mean(lastOf(copy, 'counter', key, 0, RECENT)) : null);
  // The numbers of a process are those of its main thread.
  const ofProcess = (key: string) => (thread === null ? rate(key) : null);
  const [user = null, system = null] = ['user', 'system'].map((mode) =>
    ofProcess(`process.cpu.${mode}_time`),
  );
  const [active = null, idle = null] = ['active', 'idle'].map((one) =>
    rate(`eventloop_time{state="${one}"}`),
  );
  const responses = CLASSES.map((status) => rate(`http_responses{class="${status}"}`) ?? 0);
  const memory = copy.latest[copy.find('gauge', 'process.meminfo.rss_bytes') ?? -1];
  const delays = lastOf(copy, 'histogram', 'eventloop_delay', 3, MINUTE);
  return {
    pid,
    thread,
    state,
    age: Math.round(age * 10) / 10,
    start_time: copy.startTime,
    cpu: user === null || system === null ? null : 100 * (user + system),
    memory:
      state === 'ended' || thread !== null || memory === undefined || Number.isNaN(memory) ? null : memory,
    loop: active === null || idle === null || active + idle === 0 ? null : active / (active + idle),
    requests: isOk ? responses.reduce((sum, one) => sum + one, 0) : null,
    errors: isOk ? (responses.at(-1) ?? 0) : null,
    delay: delays.length === 0 ? null : Math.max(...delays),
  };
}

/** The values that one figure has in the last steps of 1 s. */
function lastOf(
  copy: HistoryCopy,
  kind: HistorySeries['kind'],
  key: string,
  figure: number,
  steps: number,
): number[] {
  const index = copy.find(kind, key);
  if (index === undefined || figure >= FIGURES_OF[kind].length) return [];
  const tier = copy.tiers[1];
  const from = tier.last - steps * 1000;
  const values: number[] = [];
  for (let row = tier.slots.length - 1; row >= 0 && (tier.slots[row] ?? 0) > from; row--) {
    const value = tier.get(index * MOST_FIGURES + figure, row);
    if (!Number.isNaN(value)) values.push(value);
  }
  return values;
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
