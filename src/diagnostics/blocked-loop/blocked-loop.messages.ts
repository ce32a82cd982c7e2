import { describeThrown } from '../../common/show-value.js';
import type { ExplainedBlock } from './explain-block.js';

/** In the log, at most once a minute for each function. */
export const BLOCKED = ({ block, inside }: ExplainedBlock): string =>
  `The event loop was blocked for ${Math.round(block.duration * 1000)} ms${by(block, inside)}${meanwhile(block)}.`;

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
      return ' by native code, such as one large JSON.parse or a synchronous call of the system, which cannot be told by name';
    case 'unknown':
      return ', and what by is not known: it was over too soon';
  }
}

function meanwhile({ in_flight: groups }: ExplainedBlock['block']): string {
  // A job is not kept waiting: it is mostly what blocks.
  const [first, ...more] = groups.filter(({ kind }) => kind !== 'job');
  const [job] = groups.filter(({ kind }) => kind === 'job');
  if (first === undefined) return job === undefined ? '' : ` during the job \`${job.name}\``;
  const others = more.reduce((sum, { count }) => sum + count, first.count - 1);
  const rest = others === 0 ? '' : ` and ${others} other ${others === 1 ? 'request' : 'requests'}`;
  return ` while \`${first.name}\`${rest} waited`;
}

export const WATCHDOG_FAILED = (error: unknown): string =>
  `The event loop is not watched any more, and blocks are not explained: ${describeThrown(error).message}`;
