import type { HistorySeries, ProcessActivity } from '../history/history-document.js';
import type { HistoryCopy } from '../history/merging/history-copy.js';
import { MOST_FIGURES } from '../history/merging/tier-copy.js';
import { FIGURES_OF } from '../history/step-figures.js';

/** The steps of 1 s for the mean of a rate, so that it does not jump, and for the longest delay. */
const [RECENT, MINUTE] = [5, 60];

const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'];

/** Where the activity comes from. */
export interface Active {
  readonly copy: HistoryCopy;
  readonly state: ProcessActivity['state'];
  readonly age: number;
  /** Whether its last steps are those of the last seconds. */
  readonly isSending: boolean;
}

/** The current activity of a process, from its last steps. */
export function activityOf({ copy, state, age, isSending }: Active): ProcessActivity {
  const { pid, thread } = copy.owner;
  const rate = (key: string) => (isSending ? meanRate(lastOf(copy, 'counter', key, 0, RECENT)) : null);
  // Numbers of the whole process are listed for its main thread only.
  const ofProcess = (key: string) => (thread === null ? rate(key) : null);
  const [user = null, system = null] = ['user', 'system'].map((mode) =>
    ofProcess(`process.cpu.${mode}_time`),
  );
  const [active = null, idle = null] = ['active', 'idle'].map((one) =>
    rate(`eventloop_time{state="${one}"}`),
  );
  const responses = CLASSES.map((status) => rate(`http_responses{class="${status}"}`) ?? 0);
  const memory = copy.latest[copy.find('gauge', 'process.meminfo.rss_bytes') ?? -1];
  const delays = lastOf(copy, 'histogram', 'eventloop_delay', 3, MINUTE).map(({ value }) => value);
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
    requests: isSending ? responses.reduce((sum, one) => sum + one, 0) : null,
    errors: isSending ? (responses.at(-1) ?? 0) : null,
    delay: delays.length === 0 ? null : Math.max(...delays),
  };
}

interface StepValue {
  readonly value: number;
  /** How long the step took. */
  readonly seconds: number;
}

/** The values that one figure has in the last steps of 1 s. */
function lastOf(
  copy: HistoryCopy,
  kind: HistorySeries['kind'],
  key: string,
  figure: number,
  steps: number,
): StepValue[] {
  const index = copy.find(kind, key);
  if (index === undefined || figure >= FIGURES_OF[kind].length) return [];
  const tier = copy.tiers[1];
  const from = tier.last - steps * 1000;
  const values: StepValue[] = [];
  for (let row = tier.slots.length - 1; row >= 0 && (tier.slots[row] ?? 0) > from; row--) {
    const value = tier.get(index * MOST_FIGURES + figure, row);
    if (!Number.isNaN(value)) values.push({ value, seconds: tier.secondsOf(row) });
  }
  return values;
}

function meanRate(steps: readonly StepValue[]): number | null {
  if (steps.length === 0) return null;
  let [events, time] = [0, 0];
  for (const { value, seconds } of steps) {
    events += value * seconds;
    time += seconds;
  }
  return events / time;
}
