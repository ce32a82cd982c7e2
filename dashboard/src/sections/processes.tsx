import { DataTable } from '../components/data-table.js';
import type { TableColumn } from '../components/data-table.js';
import type { Finding, ProcessActivity } from '../data/endpoint-types.js';
import { processName } from '../data/process-name.js';
import { bytes, duration, percent, rate, seconds } from '../format/units.js';
import { usePage } from '../state.js';
import type { Section } from './section.js';

/** A process, and what is wrong with it. */
interface ProcessRow extends ProcessActivity {
  readonly sickness: string | undefined;
}

const MEANING: Readonly<Record<ProcessActivity['state'], string>> = {
  ok: 'answers',
  late: 'does not answer',
  ended: 'has ended; its counts are kept',
};

/** The share from which a loop or a core counts as saturated. */
const BUSY = 0.9;

/** Seconds. A delay of the event loop that users notice. */
const BLOCK = 1;

/** What is wrong with a process, in a few words. Its findings have more detail, and come a little later. */
function sicknessOf(row: ProcessActivity, findings: readonly Finding[]): string | undefined {
  const { pid, thread, state, age, loop, cpu, requests, errors, delay } = row;
  if (state === 'ended') return undefined;
  if (state === 'late') return `does not answer for ${duration(age)}`;
  if (requests !== null && errors !== null && errors > 0 && errors >= requests / 20)
    return `${percent(errors / requests)} of its requests fail`;
  if (loop !== null && loop >= BUSY) return 'event loop saturated';
  if (cpu !== null && cpu >= 100 * BUSY) return 'a core is saturated';
  if (delay !== null && delay >= BLOCK) return `event loop was blocked for ${seconds(delay)}`;
  return findings.find(({ process }) => process?.pid === pid && process.thread === thread)?.title;
}

const numberColumn = (
  title: string,
  value: (row: ProcessRow) => number | null,
  format: (value: number | null) => string,
  help?: string,
): TableColumn<ProcessRow> => ({
  title,
  isNumber: true,
  sortValue: value,
  cell: (row) => format(value(row)),
  ...(help !== undefined && { help }),
});

function Processes() {
  const { processes, findings, store, showProcess } = usePage();
  const uptimeOf = ({ state, start_time: start }: ProcessRow) =>
    state === 'ended' || start === null ? null : store.secondsSince(start);
  const rows = processes.map((row): ProcessRow => ({ ...row, sickness: sicknessOf(row, findings) }));
  const columns: readonly TableColumn<ProcessRow>[] = [
    {
      title: 'Process',
      sortValue: ({ pid }) => pid,
      cell: (row) => {
        const name = processName(row);
        if (row.thread !== null) return `${name}, thread ${row.thread}`;
        if (row.state === 'ended') return name;
        return (
          <button type="button" class="link" title="Show only this process" onClick={() => showProcess(name)}>
            {name}
          </button>
        );
      },
    },
    {
      title: 'State',
      sortValue: ({ state, sickness }) => `${sickness === undefined ? 1 : 0} ${state}`,
      cell: ({ state, sickness }) => (
        <span class={`state ${sickness === undefined ? state : 'late'}`}>{sickness ?? MEANING[state]}</span>
      ),
    },
    numberColumn('CPU', ({ cpu }) => (cpu === null ? null : cpu / 100), percent, '100 % is one core.'),
    numberColumn('Memory', ({ memory }) => memory, bytes, 'Resident memory.'),
    numberColumn('Event loop', ({ loop }) => loop, percent, 'Share of the time in which it was busy.'),
    numberColumn('Longest delay', ({ delay }) => delay, seconds, 'Of the event loop in the last minute.'),
    numberColumn('Requests/s', ({ requests }) => requests, rate),
    numberColumn('Errors/s', ({ errors }) => errors, rate, 'Responses with a status of 500 and above.'),
    numberColumn('Running for', uptimeOf, duration),
    numberColumn('Last heard', ({ age }) => Math.round(age), ago),
  ];
  return (
    <DataTable<ProcessRow>
      caption="Processes"
      rows={rows}
      keyOf={(row) => `${processName(row)}/${row.thread ?? 'main'}/${row.start_time}`}
      textOf={(row) => `${processName(row)} ${row.state} ${row.sickness ?? ''}`}
      empty="Reading the processes…"
      columns={columns}
      sortedBy="State"
      classOf={({ sickness, state }) => (sickness === undefined ? state : 'sick')}
    />
  );
}

function ago(age: number | null): string {
  return age === null || age < 3 ? 'now' : `${duration(age)} ago`;
}

export const processes: Section = {
  id: 'processes',
  title: 'Processes',
  Content: Processes,
  isWithoutHistory: true,
  isShown: ({ features, process }) => features.has('processes') && process === undefined,
};
