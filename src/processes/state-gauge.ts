import type { ProcessState } from '../metrics/collection/snapshot.js';
import { noFacts } from './group/no-facts.js';
import { ReceivedSource } from './received/received-source.js';

const STATES = ['ok', 'late', 'ended'] as const;

/** The gauge with the number of processes by state, which belongs to the group and to none of its processes. */
export class StateGauge {
  readonly source = new ReceivedSource(noFacts(0, null));

  constructor() {
    const family = this.source.family('g', 'processes');
    family.describe({ own: true });
  }

  set(processes: readonly ProcessState[]): void {
    const family = this.source.gauges.obtain('processes');
    for (const state of STATES) {
      family.series(`{state="${state}"}`).value = processes.filter((one) => one.state === state).length;
    }
  }
}
