import type { ComponentChildren } from 'preact';
import type { ConnectionState } from '../data/connection-state.js';
import type { ProcessActivity } from '../data/endpoint-types.js';
import type { Sleep } from '../data/sleep-watch.js';
import { clockTime } from '../format/time.js';
import { duration } from '../format/units.js';
import { SilentProcesses } from './silent-processes.js';

interface Props {
  readonly connection: ConnectionState;
  /** The one process that is shown. */
  readonly process: string | undefined;
  /** Processes of the group that do not answer the others. */
  readonly silent: readonly ProcessActivity[];
  readonly onAllProcesses: () => void;
  /** When the page noticed that the process was replaced by another one, in milliseconds since 1970. */
  readonly restartedAt: number | undefined;
  readonly sleep: Sleep | undefined;
  readonly pausedAt: number | undefined;
  readonly onRetry: () => void;
  readonly onDismissRestart: () => void;
  readonly onDismissSleep: () => void;
}

/** Shows when the numbers on the page are outdated or incomplete. */
export function Notices(props: Props) {
  const { connection, restartedAt, sleep, pausedAt, onRetry, onDismissRestart, onDismissSleep } = props;
  const { process, silent, onAllProcesses } = props;
  return (
    <div role="status">
      {connection.kind === 'lost' && (
        <Notice isBad action="Try now" onAction={onRetry}>
          The process has not answered since {clockTime(connection.since)}. The numbers below are from before.
          The page tries again by itself.
        </Notice>
      )}
      {connection.kind === 'full' && (
        <Notice isBad action="Try now" onAction={onRetry}>
          The process has no room for another live page. This one is updated every 10 seconds.
        </Notice>
      )}
      {connection.kind === 'refused' && (
        <Notice isBad action="Try again" onAction={onRetry}>
          The monitor refused this page (HTTP status {connection.status}). It answers clients on the same
          machine, and those that its options let in.
        </Notice>
      )}
      {connection.kind === 'off' && (
        <Notice isBad action="Try again" onAction={onRetry}>
          The history is switched off in this process (the option <code>history</code>), and this page shows
          nothing else.
        </Notice>
      )}
      {connection.kind === 'ended' && (
        <Notice isBad action="Show all processes" onAction={onAllProcesses}>
          Process {process} has ended, or is not one of these processes. What it counted is part of the
          numbers of all processes.
        </Notice>
      )}
      {connection.kind === 'several' && (
        <Notice isBad action="Show all processes" onAction={onAllProcesses}>
          Processes of several hosts have the id {process}. Choose one at the top.
        </Notice>
      )}
      {silent.length > 0 && process === undefined && (
        <Notice isBad>
          <SilentProcesses processes={silent} />
        </Notice>
      )}
      {restartedAt !== undefined && (
        <Notice action="Dismiss" onAction={onDismissRestart}>
          The process was replaced by another one, found at {clockTime(restartedAt)}. Everything below is of
          the new one.
        </Notice>
      )}
      {sleep !== undefined && (
        <Notice action="Dismiss" onAction={onDismissSleep}>
          This page was asleep from {clockTime(sleep.from)} to {clockTime(sleep.to)} (
          {duration((sleep.to - sleep.from) / 1000)}). The charts have what the process recorded meanwhile.
        </Notice>
      )}
      {pausedAt !== undefined && (
        <Notice>Paused at {clockTime(pausedAt)}. The process goes on recording.</Notice>
      )}
    </div>
  );
}

interface NoticeProps {
  readonly isBad?: boolean;
  readonly action?: string;
  readonly onAction?: () => void;
  readonly children: ComponentChildren;
}

function Notice({ isBad, action, onAction, children }: NoticeProps) {
  return (
    <p class={isBad === true ? 'notice bad' : 'notice'}>
      {children}
      {action !== undefined && (
        <button type="button" onClick={onAction}>
          {action}
        </button>
      )}
    </p>
  );
}
