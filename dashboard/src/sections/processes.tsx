import { DataTable } from '../components/data-table.js';
import type { TableColumn } from '../components/data-table.js';
import type { ProcessState } from '../data/endpoint-types.js';
import type { ProcessRow } from '../data/use-processes.js';
import { useProcesses } from '../data/use-processes.js';
import { bytes, duration, percent, rate } from '../format/units.js';
import type { Section } from './section.js';

const MEANING: Readonly<Record<ProcessState['state'], string>> = {
  ok: 'answers',
  late: 'did not answer in time',
  ended: 'has ended; its counts are kept',
};

/** From here on, a loop or a core is said to be busy. */
const BUSY = 0.9;

/** What is wrong with a process, in a word that stands beside its state. */
function sicknessOf({ state, cpu, loop, errors, requests }: ProcessRow): string | undefined {
  if (state === 'late') return 'late';
  if (loop !== null && loop >= BUSY) return 'event loop saturated';
  if (cpu !== null && cpu >= 100 * BUSY) return 'core saturated';
  if (errors !== null && errors > 0 && errors >= (requests ?? 0) / 20) return 'failing';
  return undefined;
}

const numberColumn = (
  title: string,
  value: (row: ProcessRow) => number | null,
  format: (value: number) => string,
): TableColumn<ProcessRow> => ({
  title,
  isNumber: true,
  sortValue: value,
  cell: (row) => {
    const number = value(row);
    return number === null ? '–' : format(number);
  },
});

const COLUMNS: readonly TableColumn<ProcessRow>[] = [
  {
    title: 'Process',
    sortValue: ({ pid }) => pid,
    cell: ({ pid, thread }) => (thread === null ? pid : `${pid}, thread ${thread}`),
  },
  {
    title: 'State',
    sortValue: ({ state }) => state,
    cell: (row) => {
      const sickness = sicknessOf(row);
      return (
        <span class={`state ${sickness === undefined ? row.state : 'late'}`}>
          {sickness === undefined || row.state === 'late' ? MEANING[row.state] : sickness}
        </span>
      );
    },
  },
  numberColumn(
    'CPU',
    ({ cpu }) => cpu,
    (cpu) => percent(cpu / 100),
  ),
  numberColumn('Memory', ({ memory }) => memory, bytes),
  numberColumn('Event loop', ({ loop }) => loop, percent),
  numberColumn('Requests/s', ({ requests }) => requests, rate),
  numberColumn('Errors/s', ({ errors }) => errors, rate),
  numberColumn('Running for', ({ uptime }) => uptime, duration),
  numberColumn('Age of its numbers', ({ age }) => age, duration),
];

function Processes() {
  const rows = useProcesses();
  return (
    <DataTable<ProcessRow>
      caption="Processes"
      rows={rows}
      keyOf={({ pid, thread }) => `${pid}/${thread ?? 'main'}`}
      textOf={({ pid, state }) => `${pid} ${state}`}
      empty="Reading the processes…"
      columns={COLUMNS}
    />
  );
}

export const processes: Section = {
  id: 'processes',
  title: 'Processes',
  Content: Processes,
  isWithoutHistory: true,
  isShown: ({ features }) => features.has('processes'),
};
