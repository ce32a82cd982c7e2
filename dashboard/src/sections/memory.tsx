import { LineChart } from '../charts/line-chart.js';
import { bytes, rate, seconds } from '../format/units.js';
import { columnsIn, usePage } from '../state.js';
import type { Section } from './section.js';

function Memory() {
  const page = usePage();
  const columns = columnsIn(page);
  const { times } = columns;
  const level = (label: string, key: string) => ({ label, values: columns.values(key, 'value') });
  const collections = page.store.labelled('gc_duration');
  const spaces = page.store.labelled('heap_space_used_bytes');
  return (
    <div class="charts">
      <LineChart
        title="Heap"
        help="Memory of the JavaScript heap. Past its limit, the process ends."
        times={times}
        format={bytes}
        lines={[level('used', 'heap_used_bytes'), level('reserved', 'heap_total_bytes')]}
      />
      <LineChart
        title="Process"
        help="Memory that is in RAM, and memory outside of the heap that JavaScript objects hold."
        times={times}
        format={bytes}
        lines={[
          level('resident', 'process.meminfo.rss_bytes'),
          level('external', 'external_bytes'),
          level('array buffers', 'array_buffers_bytes'),
        ]}
      />
      <LineChart
        title="Garbage collections"
        help="Garbage collections per second, by kind."
        times={times}
        format={rate}
        lines={collections.map(({ key, labels }) => ({
          label: labels['kind'] ?? key,
          values: columns.values(key, 'count'),
        }))}
      />
      <LineChart
        title="Longest garbage collection"
        help="How long the longest garbage collection of each step kept the thread from running, by kind."
        times={times}
        format={seconds}
        lines={collections.map(({ key, labels }) => ({
          label: labels['kind'] ?? key,
          values: columns.values(key, 'max'),
        }))}
      />
      {spaces.length > 0 && (
        <LineChart
          title="Heap spaces"
          help="Memory in use, by space of the heap."
          times={times}
          format={bytes}
          lines={spaces.map(({ key, labels }) => level((labels['space'] ?? key).replace(/_space$/, ''), key))}
        />
      )}
    </div>
  );
}

export const memory: Section = { id: 'memory', title: 'Memory', Content: Memory };
