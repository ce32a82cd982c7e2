import { LineChart } from '../charts/line-chart.js';
import { Tile } from '../components/tile.js';
import { events, highest, recent, share, weightedMedian } from '../data/figures.js';
import { hourOf, nowOf } from '../data/hour.js';
import { allResponses, errorShare, responses } from '../data/http.js';
import { cpuOf, utilizationOf } from '../data/load.js';
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
  const heap = page.store.latest('heap_used_bytes');
  const limit = page.store.latest('heap_limit_bytes');
  const errors = share(minute(responses(now, '5xx')), minute(allResponses(now)), minute(now.seconds));
  const p99 = highest(minute(now.values(DURATION, 'p99')));
  const loopDelay = highest(minute(now.values('eventloop_delay', 'max')));
  const p50 = weightedMedian(
    minute(now.values(DURATION, 'p50')),
    minute(events(now.values(DURATION, 'count'), now.seconds)),
  );
  const utilization = recent(utilizationOf(now), now.seconds);
  return (
    <dl class="tiles">
      <Tile
        label="Requests"
        value={rate(recent(allResponses(now), now.seconds, 0))}
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
        detail={`p50 ${seconds(p50)}`}
        hour={hour.values(DURATION, 'p99')}
        help="The highest p99 of any second in the last minute, over all routes."
      />
      <Tile
        label="In flight"
        value={count(page.store.latest('http_requests_in_flight'))}
        detail={`highest ${count(highest(now.values('http_requests_in_flight', 'max')))}, 5 min`}
        hour={hour.values('http_requests_in_flight', 'max')}
        help="HTTP requests that have begun and not ended."
      />
      <Tile
        label="CPU"
        value={percent(recent(cpuOf(now), now.seconds))}
        detail="100 % is one core"
        hour={cpuOf(hour)}
        help="CPU of the process, all threads together."
      />
      <Tile
        label="Memory"
        value={bytes(page.store.latest('process.meminfo.rss_bytes'))}
        detail={`heap ${bytes(heap)}`}
        isBad={heap !== null && limit !== null && heap > 0.9 * limit}
        hour={hour.values('process.meminfo.rss_bytes', 'value')}
        help={`Resident memory of the process, and the JavaScript heap in use, which may become ${bytes(limit)}.`}
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
        hour={utilizationOf(hour)}
        isBad={(utilization ?? 0) > 0.9}
        help="Share of the time in which the event loop was busy."
      />
    </dl>
  );
}

/** The last minute of steps of one second. */
function minute<T>(values: readonly T[]): readonly T[] {
  return values.slice(-60);
}

function Charts() {
  const page = usePage();
  const columns = columnsIn(page);
  const { times } = columns;
  const line = (label: string, key: string, figure: Parameters<typeof columns.values>[1]) => ({
    label,
    values: columns.values(key, figure),
  });
  return (
    <div class="charts">
      <LineChart
        title="Requests"
        help="HTTP responses per second by class of status."
        times={times}
        format={rate}
        lines={[
          { label: '2xx', values: responses(columns, '2xx'), colour: 0 },
          { label: '3xx', values: responses(columns, '3xx'), colour: 2 },
          { label: '4xx', values: responses(columns, '4xx'), colour: 4 },
          { label: '5xx', values: responses(columns, '5xx'), colour: 1 },
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
          { label: 'CPU', values: cpuOf(columns) },
          { label: 'loop utilization', values: utilizationOf(columns) },
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
        help="The longest garbage collection of each step, by kind. The thread does nothing else meanwhile."
        times={times}
        format={seconds}
        lines={page.store
          .labelled('gc_duration')
          .map(({ key, labels }) => line(labels['kind'] ?? key, key, 'max'))}
      />
    </div>
  );
}

export const overview: Section = { id: 'overview', title: 'Overview', Content: Overview };
