import type { ConnectionState } from '../data/connection.js';
import { clockTime } from '../format/time.js';

interface Props {
  readonly connection: ConnectionState;
  /** When the process was found to be another one than before, in milliseconds since 1970. */
  readonly restartedAt: number | undefined;
  readonly onRetry: () => void;
  readonly onDismissRestart: () => void;
}

/** Says plainly when the numbers on the page are not those of now. */
export function Notice({ connection, restartedAt, onRetry, onDismissRestart }: Props) {
  return (
    <div role="status">
      {connection.kind === 'lost' && (
        <p class="notice bad">
          The process does not answer since {clockTime(connection.since)}. The numbers below are from before.
          The page tries again by itself.
          <button type="button" onClick={onRetry}>
            Try now
          </button>
        </p>
      )}
      {connection.kind === 'refused' && (
        <p class="notice bad">
          The monitor refused this page (HTTP status {connection.status}). It answers readers on the same
          machine, and those that its options let in.
          <button type="button" onClick={onRetry}>
            Try again
          </button>
        </p>
      )}
      {connection.kind === 'off' && (
        <p class="notice bad">
          The history is switched off in this process (the option <code>history</code>), and this page shows
          nothing else.
        </p>
      )}
      {restartedAt !== undefined && (
        <p class="notice">
          The process was replaced by another one at {clockTime(restartedAt)}. Everything below is of the new
          one.
          <button type="button" onClick={onDismissRestart}>
            Dismiss
          </button>
        </p>
      )}
    </div>
  );
}
