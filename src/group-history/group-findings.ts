import type { Finding } from '../findings/finding.js';
import type { HistoryFeed } from './history-feed.js';
import { NOT_ANSWERING, NOT_ANSWERING_ADVICE } from './group-history.messages.js';

/** Seconds without an answer after which there is a finding, and after which it is critical. */
const [SILENT, LONG] = [5, 15];

/** A process of the group: its findings, and how long it has not answered. */
export type Suspect = Pick<HistoryFeed, 'owner' | 'findings' | 'state' | 'age' | 'silentSince'>;

/** The findings of all processes, and one for each process that does not answer. Critical ones are first. */
export function groupFindings(processes: readonly Suspect[]): Finding[] {
  const silent = processes.filter(({ state, age }) => state === 'late' && age >= SILENT).map(silence);
  const all = [...silent, ...processes.flatMap(({ findings }) => findings)];
  return all.toSorted((a, b) => Number(isCritical(b)) - Number(isCritical(a)));
}

function isCritical({ severity }: Finding): boolean {
  return severity === 'critical';
}

function silence({ owner: { pid, thread }, age, silentSince }: Suspect): Finding {
  const isLong = age >= LONG;
  return {
    id: 'process-not-answering',
    rule: 'process-not-answering',
    severity: isLong ? 'critical' : 'warning',
    title: NOT_ANSWERING,
    confidence: 'high',
    since: new Date(silentSince).toISOString(),
    // Not the age: with it, the list would change all the time.
    evidence: [
      { series: 'time without an answer, at least', value: isLong ? LONG : SILENT, unit: 'seconds' },
    ],
    advice: NOT_ANSWERING_ADVICE,
    link: 'node_modules/nestjs-monitor/docs/findings.md#process-not-answering',
    process: { pid, thread },
  };
}
