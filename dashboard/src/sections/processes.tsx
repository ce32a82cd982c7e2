import { DataTable } from '../components/data-table.js';
import type { ProcessState } from '../data/endpoint-types.js';
import { useDocument } from '../data/use-document.js';
import { duration } from '../format/units.js';
import type { Section } from './section.js';

const MEANING: Readonly<Record<ProcessState['state'], string>> = {
  ok: 'answers',
  late: 'did not answer in time',
  ended: 'has ended; its counts are kept',
};

function Processes() {
  const document = useDocument();
  return (
    <DataTable<ProcessState>
      caption="Processes"
      rows={document?.processes ?? []}
      keyOf={({ pid, thread }) => `${pid}/${thread ?? 'main'}`}
      textOf={({ pid, state }) => `${pid} ${state}`}
      empty="There is one process."
      columns={[
        { title: 'Process', sortValue: ({ pid }) => pid, cell: ({ pid }) => pid },
        { title: 'Thread', sortValue: ({ thread }) => thread ?? 0, cell: ({ thread }) => thread ?? 'main' },
        {
          title: 'State',
          sortValue: ({ state }) => state,
          cell: ({ state }) => <span class={`state ${state}`}>{MEANING[state]}</span>,
        },
        {
          title: 'Age of its numbers',
          isNumber: true,
          sortValue: ({ age }) => age,
          cell: ({ age }) => duration(age),
        },
      ]}
    />
  );
}

export const processes: Section = {
  id: 'processes',
  title: 'Processes',
  Content: Processes,
  isShown: ({ store }) => store.labelled('processes').length > 0,
};
