import { useState } from 'preact/hooks';
import type { Line } from '../charts/line-chart.js';
import { LineChart } from '../charts/line-chart.js';
import { DataTable } from '../components/data-table.js';
import { mean } from '../data/figures.js';
import type { HistorySeries } from '../data/endpoint-types.js';
import type { Format } from '../format/units.js';
import { count, formatFor, rate } from '../format/units.js';
import type { Columns } from '../state.js';
import { columnsIn, usePage } from '../state.js';
import type { Section } from './section.js';

function Metrics() {
  const page = usePage();
  const [withBuiltIn, setWithBuiltIn] = useState(false);
  const columns = columnsIn(page);
  const rows = page.store.series.filter(({ builtIn }) => withBuiltIn || !builtIn);
  const dropped = page.store.droppedSeries;
  return (
    <>
      <label class="option">
        <input
          type="checkbox"
          checked={withBuiltIn}
          onChange={(event) => setWithBuiltIn(event.currentTarget.checked)}
        />
        Show the built-in metrics too
      </label>
      {dropped > 0 && (
        <p class="hint">
          {dropped} more series are in the document and not in the history, which has room for a limited
          number.
        </p>
      )}
      <DataTable<HistorySeries>
        caption="Metrics"
        rows={rows}
        keyOf={({ key }) => key}
        textOf={({ key, help }) => `${key} ${help}`}
        empty="The application has no metric of its own yet. Inject MonitorService and call count(), kv() or observe()."
        columns={[
          {
            title: 'Name',
            sortValue: ({ key }) => key,
            cell: ({ key, help }) => <code title={help}>{key}</code>,
          },
          { title: 'Kind', sortValue: ({ kind }) => kind, cell: ({ kind }) => kind },
          {
            title: 'Now',
            isNumber: true,
            help: 'Total of a counter, value of a gauge, number of values of a histogram.',
            sortValue: ({ key }) => page.store.latest(key),
            cell: (series) => formatOfLatest(series)(page.store.latest(series.key)),
          },
          {
            title: 'Rate',
            isNumber: true,
            help: 'Per second, mean over the range.',
            sortValue: (series) => meanRate(columns, series),
            cell: (series) => rate(meanRate(columns, series)),
          },
        ]}
        detail={(series) => (
          <div class="charts">
            <LineChart
              title={series.key}
              help={series.help}
              times={columns.times}
              format={series.kind === 'counter' ? rate : formatFor(series.unit)}
              lines={linesOf(columns, series)}
            />
          </div>
        )}
      />
    </>
  );
}

function meanRate(columns: Columns, { key, kind }: HistorySeries): number | null {
  if (kind === 'gauge') return null;
  return mean(columns.values(key, kind === 'counter' ? 'rate' : 'count'), columns.seconds, 0);
}

function formatOfLatest({ kind, unit }: HistorySeries): Format {
  return kind === 'histogram' ? count : formatFor(unit);
}

function linesOf(columns: Columns, { key, kind }: HistorySeries): Line[] {
  if (kind === 'counter') return [{ label: 'per second', values: columns.values(key, 'rate') }];
  if (kind === 'gauge') {
    return [
      { label: 'value', values: columns.values(key, 'value') },
      { label: 'highest', values: columns.values(key, 'max'), isDashed: true },
      { label: 'lowest', values: columns.values(key, 'min'), isDashed: true },
    ];
  }
  return (['p50', 'p99', 'max'] as const).map((figure) => ({
    label: figure,
    values: columns.values(key, figure),
  }));
}

export const metrics: Section = { id: 'metrics', title: 'Your metrics', Content: Metrics };
