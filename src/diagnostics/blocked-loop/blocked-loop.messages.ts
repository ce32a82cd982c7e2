import { describeThrown } from '../../common/show-value.js';
import { isDelayed } from '../../metrics/collection/event-loop-block.js';
import type { ExplainedBlock } from './explain-block.js';

/** In the log, at most once a minute for each function. */
export const BLOCKED = ({ block, inside }: ExplainedBlock): string =>
  `The event loop was blocked for ${milliseconds(block.duration)}${byTheClock(block)}${by(block, inside)}${meanwhile(block)}.`;

function byTheClock(block: ExplainedBlock['block']): string {
  if (!isDelayed(block)) return '';
  return ` (${milliseconds(block.elapsed)} with the time in which the process did not get the CPU)`;
}

function milliseconds(seconds: number): string {
  return `${Math.round(seconds * 1000)} ms`;
}

function by({ cause, function: name, file, line }: ExplainedBlock['block'], inside?: string): string {
  const place = file === null ? '' : ` (${file}${line === null ? '' : `:${line}`})`;
  const culprit =
    name === null ? '' : `\`${name}\`${place}${inside === undefined ? '' : `, in \`${inside}\`,`}`;
  switch (cause) {
    case 'javascript':
      return name === null ? ' by JavaScript, of no one function for most of the time' : ` by ${culprit}`;
    case 'gc':
      return ` by garbage collection${name === null ? '' : ` while ${culprit} was running`}`;
    case 'native':
      return ' by native code that cannot be told by name (one large JSON.parse, a synchronous system call)';
    case 'unknown':
      return ' (the cause is not known: it was over too soon)';
  }
}

function meanwhile({ in_flight: groups }: ExplainedBlock['block']): string {
  // What blocks is among them: usually the job, if there is one.
  const job = groups.find(({ kind }) => kind === 'job');
  const [first, ...more] = groups.filter(({ kind }) => kind !== 'job');
  const running = job === undefined ? [] : [`the job \`${job.name}\``];
  if (first !== undefined) running.push(`\`${first.name}\``);
  const others = more.reduce((sum, { count }) => sum + count, (first?.count ?? 1) - 1);
  if (others > 0) running.push(`${others} other ${others === 1 ? 'request' : 'requests'}`);
  return running.length === 0 ? '' : ` during ${running.join(' and ')}`;
}

export const SOURCE_MAPS_OFF =
  'A file that blocks the event loop, or its source map, is too large for the memory of the watchdog. Source maps are not read any more: ' +
  'blocks are named with their position in the code that runs.';

export const WATCHDOG_FAILED = (error: unknown): string =>
  `The event loop is not watched any more, and blocks are not explained: ${describeThrown(error).message}`;
