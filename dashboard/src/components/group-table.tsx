import { LineChart } from '../charts/line-chart.js';
import type { Group } from '../data/groups.js';
import { count, percent, rate, seconds } from '../format/units.js';
import { columnsIn, usePage } from '../state.js';
import type { TableColumn } from './data-table.js';
import { DataTable } from './data-table.js';

interface Props {
  readonly caption: string;
  readonly groups: readonly Group[];
  /** The column that identifies a row: a label, and another one in small print before it. */
  readonly subject: { readonly title: string; readonly label: string; readonly prefix?: string };
  /** What a row counts, such as `requests`. */
  readonly unit: string;
  readonly failureTitle: string;
  readonly empty: string;
}

/** A table of things that are counted and timed, with a chart for each row. */
export function GroupTable({ caption, groups, subject, unit, failureTitle, empty }: Props) {
  const { times } = columnsIn(usePage());
  const numbers: TableColumn<Group>[] = [
    number('Rate', (row) => row.rate, rate, 'Per second, mean over the range.'),
    number(failureTitle, (row) => row.failures, percent, 'Share in the range.'),
    number('p50', (row) => row.p50, seconds, 'The median over the range, from the medians of its steps.'),
    number('p99', (row) => row.p99, seconds, 'The highest p99 of any step in the range.'),
    number('Max', (row) => row.max, seconds, 'The longest in the range.'),
    number('Total', (row) => row.total, count, `All ${unit} since the process started.`),
  ];
  return (
    <DataTable
      caption={caption}
      rows={groups}
      keyOf={(row) => row.key}
      textOf={(row) => row.key}
      empty={empty}
      sortedBy="Rate"
      columns={[
        {
          title: subject.title,
          sortValue: (row) => row.labels[subject.label] ?? '',
          cell: (row) => (
            <>
              {subject.prefix !== undefined && <span class="prefix">{row.labels[subject.prefix]} </span>}
              <code>{row.labels[subject.label]}</code>
            </>
          ),
        },
        ...numbers,
      ]}
      detail={(row) => (
        <div class="charts">
          <LineChart
            title={row.key}
            help={`${unit} per second`}
            times={times}
            format={rate}
            lines={[
              { label: unit, values: row.rates },
              { label: failureTitle.toLowerCase(), values: row.failureRates },
            ]}
          />
          <LineChart
            title="Duration"
            help="In each step."
            times={times}
            format={seconds}
            lines={[
              { label: 'p50', values: row.p50s },
              { label: 'p99', values: row.p99s },
              { label: 'max', values: row.maxima },
            ]}
          />
        </div>
      )}
    />
  );
}

function number(
  title: string,
  valueOf: (row: Group) => number | null,
  format: (value: number | null) => string,
  help: string,
): TableColumn<Group> {
  return { title, help, isNumber: true, sortValue: valueOf, cell: (row) => format(valueOf(row)) };
}
