import type { Instance } from '../data/endpoint-types.js';
import { duration } from '../format/units.js';
import type { Range } from '../state.js';
import { RANGES } from '../state.js';

interface Props {
  readonly service: string;
  readonly instance: Instance | undefined;
  /** Seconds. */
  readonly uptime: number | null;
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
  return (
    <header class="top-bar">
      <h1>
        <span class={isLive ? 'dot live' : 'dot'} aria-hidden="true" />
        {service}
      </h1>
      {instance !== undefined && (
        <ul class="facts" aria-label="Process">
          <li>{instance.hostname ?? 'unknown host'}</li>
          <li>
            pid {instance.pid}
            {instance.worker_id !== null && `, worker ${instance.worker_id}`}
          </li>
          <li>Node {instance.node_version.replace(/^v/, '')}</li>
          <li>up {duration(uptime)}</li>
        </ul>
      )}
      <div class="controls">
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
