import { LineChart } from '../charts/line-chart.js';
import { Tile } from '../components/tile.js';
import { highest, mean, recent, sum } from '../data/figures.js';
import { hourOf, nowOf } from '../data/hour.js';
import { allResponses, errorShare, responses } from '../data/http.js';
import { bytes, count, percent, rate, seconds } from '../format/units.js';
import { columnsIn, usePage } from '../state.js';
import type { Section } from './section.js';

const DURATION = 'http_request_duration';

function Overview() {
  return (
    <>
      <Tiles />
      <Charts />
    </>
  );
}

function Tiles() {
  const page = usePage();
  const [now, hour] = [nowOf(page), hourOf(page)];
  const limit = page.store.latest('heap_limit_bytes');
  const errors = mean(errorShare(now).slice(-60));
  const p99 = highest(now.values(DURATION, 'p99').slice(-60));
  const loopDelay = highest(now.values('eventloop_delay', 'max').slice(-60));
  const utilization = recent(now.values('eventloop_utilization', 'value'));
  return (
    <dl class="tiles">
      <Tile
        label="Requests"
        value={rate(recent(allResponses(now)))}
        hour={allResponses(hour)}
        help="HTTP responses per second, mean of the last 5 seconds."
      />
      <Tile
        label="Errors"
        value={percent(errors)}
        detail="5xx, last minute"
        hour={errorShare(hour)}
        isBad={(errors ?? 0) > 0.01}
        help="Share of HTTP responses with a status of 500 and above in the last minute."
      />
      <Tile
        label="Duration p99"
        value={seconds(p99)}
        detail={`p50 ${seconds(recent(now.values(DURATION, 'p50'), 60))}`}
        hour={hour.values(DURATION, 'p99')}
        help="The highest p99 of any second in the last minute, over all routes."
      />
      <Tile
        label="In flight"
        value={count(page.store.latest('http_requests_in_flight'))}
        detail={`highest ${count(highest(now.values('http_requests_in_flight', 'max')))}`}
        hour={hour.values('http_requests_in_flight', 'max')}
        help="HTTP requests that have begun and not ended."
      />
      <Tile
        label="CPU"
        value={percent((recent(now.values('process.cpu.percent', 'value')) ?? NaN) / 100)}
        detail="100 % is one core"
        hour={hour.values('process.cpu.percent', 'value')}
        help="CPU of the process, all threads together."
      />
      <Tile
        label="Memory"
        value={bytes(page.store.latest('process.meminfo.rss_bytes'))}
        detail={`heap ${bytes(page.store.latest('heap_used_bytes'))} of ${bytes(limit)}`}
        hour={hour.values('process.meminfo.rss_bytes', 'value')}
        help="Resident memory of the process."
      />
      <Tile
        label="Loop delay"
        value={seconds(loopDelay)}
        detail="longest, last minute"
        hour={hour.values('eventloop_delay', 'max')}
        isBad={(loopDelay ?? 0) >= 0.1}
        help="The longest time in the last minute that the event loop ran code without turning."
      />
      <Tile
        label="Loop utilization"
        value={percent(utilization)}
        hour={hour.values('eventloop_utilization', 'value')}
        isBad={(utilization ?? 0) > 0.9}
        help="Share of the time in which the event loop was busy."
      />
    </dl>
  );
}

function Charts() {
  const columns = columnsIn(usePage());
  const { times } = columns;
  const line = (label: string, key: string, figure: Parameters<typeof columns.values>[1]) => ({
    label,
    values: columns.values(key, figure),
  });
  const gcShare = sum([
    multiply(columns.values('gc_duration', 'count'), columns.values('gc_duration', 'p50')),
  ]);
  return (
    <div class="charts">
      <LineChart
        title="Requests"
        help="HTTP responses per second by class of status."
        times={times}
        format={rate}
        lines={[
          { label: '2xx', values: responses(columns, '2xx') },
          { label: '5xx', values: responses(columns, '5xx') },
          { label: '3xx', values: responses(columns, '3xx') },
          { label: '4xx', values: responses(columns, '4xx') },
        ]}
      />
      <LineChart
        title="Duration of requests"
        help="Quantiles over all routes, in each step."
        times={times}
        format={seconds}
        lines={[line('p50', DURATION, 'p50'), line('p99', DURATION, 'p99'), line('max', DURATION, 'max')]}
      />
      <LineChart
        title="Requests in flight"
        help="HTTP requests that have begun and not ended: the highest number in each step."
        times={times}
        format={count}
        atLeast={4}
        isFilled
        lines={[line('in flight', 'http_requests_in_flight', 'max')]}
      />
      <LineChart
        title="Event loop delay"
        help="How long the event loop ran code without turning."
        times={times}
        format={seconds}
        atLeast={0.02}
        lines={[
          line('p50', 'eventloop_delay', 'p50'),
          line('p99', 'eventloop_delay', 'p99'),
          line('max', 'eventloop_delay', 'max'),
        ]}
      />
      <LineChart
        title="CPU and event loop"
        help="CPU of the whole process, where 100 % is one core, and the share of time in which the event loop was busy."
        times={times}
        format={percent}
        atLeast={0.1}
        lines={[
          {
            label: 'CPU',
            values: columns
              .values('process.cpu.percent', 'value')
              .map((one) => (one === null ? null : one / 100)),
          },
          line('loop utilization', 'eventloop_utilization', 'value'),
        ]}
      />
      <LineChart
        title="Memory"
        help="Resident memory of the process, and the heap of this thread."
        times={times}
        format={bytes}
        lines={[
          line('resident', 'process.meminfo.rss_bytes', 'value'),
          line('heap used', 'heap_used_bytes', 'value'),
          line('heap reserved', 'heap_total_bytes', 'value'),
        ]}
      />
      <LineChart
        title="Garbage collection"
        help="Garbage collections: the longest in each step, and the share of the time that they took, as their number times their median."
        times={times}
        format={seconds}
        lines={[line('longest', 'gc_duration', 'max'), { label: 'per second', values: gcShare }]}
      />
    </div>
  );
}

function multiply(a: readonly (number | null)[], b: readonly (number | null)[]): (number | null)[] {
  return a.map((value, at) => {
    const other = b[at];
    return value === null || other === null || other === undefined ? null : value * other;
  });
}

export const overview: Section = { id: 'overview', title: 'Overview', Content: Overview };
