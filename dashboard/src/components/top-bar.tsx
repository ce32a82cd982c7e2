import type { Instance, ProcessActivity } from '../data/endpoint-types.js';
import { namesOf } from '../data/process-name.js';
import { duration } from '../format/units.js';
import type { Range } from '../state.js';
import { RANGES } from '../state.js';

interface Props {
  readonly service: string;
  readonly instance: Instance | undefined;
  /** Seconds. */
  readonly uptime: number | null;
  /** The process that is shown; `undefined` for the whole group. */
  readonly process: string | undefined;
  /** All processes of the group. */
  readonly processes: readonly ProcessActivity[];
  readonly onProcess: (name: string | undefined) => void;
  readonly isLive: boolean;
  readonly range: Range;
  readonly isPaused: boolean;
  readonly isDark: boolean;
  readonly onRange: (range: Range) => void;
  readonly onPause: () => void;
  readonly onTheme: () => void;
}

export function TopBar(props: Props) {
  const { service, instance, uptime, isLive, range, isPaused, isDark, onRange, onPause, onTheme } = props;
  const { process, processes, onProcess } = props;
  const isOfGroup = process === undefined && processes.length > 0;
  const living = namesOf(processes);
  return (
    <header class="top-bar">
      <h1>
        <span class={isLive ? 'dot live' : 'dot'} aria-hidden="true" />
        {service}
      </h1>
      {instance !== undefined && (
        <ul class="facts" aria-label="Process">
          <li>{instance.hostname ?? 'unknown host'}</li>
          {isOfGroup || (
            <li>
              pid {instance.pid}
              {instance.worker_id !== null && `, worker ${instance.worker_id}`}
            </li>
          )}
          <li>Node {instance.node_version.replace(/^v/, '')}</li>
          {isOfGroup || <li>up {duration(uptime)}</li>}
        </ul>
      )}
      <div class="controls">
        {(isOfGroup || process !== undefined) && (
          <select
            aria-label="Process"
            onChange={({ currentTarget: { value } }) => onProcess(value === '' ? undefined : value)}
          >
            <option value="" selected={process === undefined}>
              {living.length > 0 ? `All ${living.length} processes` : 'All processes'}
            </option>
            {[...new Set([...living, ...(process === undefined ? [] : [process])])].map((name) => (
              <option key={name} value={name} selected={name === process}>
                Process {name}
              </option>
            ))}
          </select>
        )}
        <div role="group" aria-label="Time range" class="ranges">
          {(Object.keys(RANGES) as Range[]).map((one) => (
            <button key={one} type="button" aria-pressed={one === range} onClick={() => onRange(one)}>
              {RANGES[one].label}
            </button>
          ))}
        </div>
        <button type="button" aria-pressed={isPaused} onClick={onPause}>
          {isPaused ? 'Resume' : 'Pause'}
        </button>
        <button
          type="button"
          onClick={onTheme}
          aria-label={isDark ? 'Use the light theme' : 'Use the dark theme'}
        >
          {isDark ? 'Light' : 'Dark'}
        </button>
      </div>
    </header>
  );
}
