import { isDelayed } from '../../../src/metrics/collection/event-loop-block.js';
import { HeatMap } from '../charts/heat-map.js';
import { LineChart } from '../charts/line-chart.js';
import { DataTable } from '../components/data-table.js';
import type { EventLoopBlock } from '../data/endpoint-types.js';
import { useDocument } from '../data/use-document.js';
import { utilizationOf } from '../data/load.js';
import { clockTime } from '../format/time.js';
import { count, percent, rate, seconds } from '../format/units.js';
import { columnsIn, stepsIn, usePage } from '../state.js';
import type { Section } from './section.js';

function EventLoop() {
  const page = usePage();
  const columns = columnsIn(page);
  const { times } = columns;
  const { step, steps } = stepsIn(page);
  const heat = page.store.heat(step, 'eventloop_delay');
  return (
    <>
      {heat !== undefined && (
        <HeatMap
          title="Delay of the event loop"
          help="How long the event loop ran code without turning. A darker cell has more samples."
          times={page.store.times(step).slice(-steps)}
          heat={{ ...heat, counts: heat.counts.slice(-steps) }}
        />
      )}
      <Blocks />
      <div class="charts">
        <LineChart
          title="Utilization"
          help="Share of the time in which the event loop was busy."
          times={times}
          format={percent}
          atLeast={0.1}
          isFilled
          lines={[{ label: 'utilization', values: utilizationOf(columns) }]}
        />
        <LineChart
          title="Events"
          help="Events that the event loop has processed, per second."
          times={times}
          format={rate}
          lines={[{ label: 'events', values: columns.values('callbacks_processed', 'rate') }]}
        />
        <LineChart
          title="Lateness of the timer"
          help="How late the timer was that watches the event loop: delays of the loop, and of the machine."
          times={times}
          format={seconds}
          lines={[{ label: 'highest', values: columns.values('ioloop_excess_callback_latency', 'max') }]}
        />
        <LineChart
          title="Active handles and requests"
          help="Sockets, timers, files and requests that keep the event loop alive or busy."
          times={times}
          format={count}
          lines={[{ label: 'active', values: columns.values('ioloop_handlers', 'value') }]}
        />
      </div>
    </>
  );
}

function Blocks() {
  const { features, process } = usePage();
  if (!features.has('blocks')) {
    return (
      <p class="hint">
        To see which function blocks the event loop, switch the diagnostics on:{' '}
        <code>MonitorModule.forRoot({'{ diagnostics: true }'})</code>.
      </p>
    );
  }
  return (
    <>
      <h2>Blocks</h2>
      <BlockTable key={process} />
    </>
  );
}

function BlockTable() {
  const document = useDocument();
  const blocks = document?.eventloop_blocks ?? [];
  return (
    <DataTable<EventLoopBlock>
      caption="Blocks of the event loop"
      rows={blocks}
      keyOf={(block) => `${block.time} ${processOf(block)}`}
      textOf={(block) => `${culprit(block)} ${block.file ?? ''}`}
      sortedBy="Time"
      empty={
        document === undefined
          ? 'Reading the blocks…'
          : 'The event loop was not blocked since the process started.'
      }
      columns={[
        { title: 'Function', sortValue: culprit, cell: (block) => <code>{culprit(block)}</code> },
        ...(blocks.some(({ process }) => process !== undefined)
          ? [{ title: 'Process', sortValue: processOf, cell: processOf }]
          : []),
        { title: 'Where', sortValue: place, cell: (block) => <code>{place(block)}</code> },
        {
          title: 'Duration',
          isNumber: true,
          sortValue: ({ duration }) => duration,
          cell: ({ duration }) => seconds(duration),
        },
        { title: 'Cause', sortValue: ({ cause }) => cause, cell: ({ cause }) => cause },
        {
          title: 'Time',
          isNumber: true,
          sortValue: ({ time }) => Date.parse(time),
          cell: ({ time }) => clockTime(Date.parse(time)),
        },
      ]}
      detail={(block) => (
        <div class="block-detail">
          <div>
            <h3>Stack, innermost first</h3>
            {block.frames.length === 0 && <p class="empty">Not known.</p>}
            <ol>
              {block.frames.map((frame, at) => (
                <li key={at}>
                  <code>
                    {frame.function} {frame.file}:{frame.line}
                  </code>
                </li>
              ))}
            </ol>
          </div>
          <div>
            <h3>What waited</h3>
            {block.in_flight.length === 0 && <p class="empty">No request or call.</p>}
            <ul>
              {block.in_flight.map(({ kind, name, count: number }) => (
                <li key={`${kind} ${name}`}>
                  {number} × {kind} <code>{name}</code>
                </li>
              ))}
            </ul>
          </div>
          {isDelayed(block) && (
            <div>
              <h3>By the clock</h3>
              <p>It took {seconds(block.elapsed)}: the process did not get the CPU all the time.</p>
            </div>
          )}
        </div>
      )}
    />
  );
}

function culprit({ function: name, cause }: EventLoopBlock): string {
  if (name !== null) return name;
  return cause === 'gc' ? 'garbage collection' : cause === 'native' ? 'native code' : 'not known';
}

function processOf({ process }: EventLoopBlock): string {
  return process === undefined ? '–' : String(process);
}

function place({ file, line }: EventLoopBlock): string {
  if (file === null) return '–';
  return line === null ? file : `${file}:${line}`;
}

export const eventLoop: Section = { id: 'event-loop', title: 'Event loop', Content: EventLoop };
