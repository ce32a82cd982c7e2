import type { Finding, Instance, ProcessActivity } from './endpoint-types.js';
import type { Sleep } from './sleep-watch.js';

/** The state of the connection to the process, for the notices of the page. */
export type ConnectionState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'live' }
  /** The process does not answer. */
  | { readonly kind: 'lost'; readonly since: number }
  /** It answers, and has no room for another live page: this one reads the history again from time to time. */
  | { readonly kind: 'full' }
  | { readonly kind: 'refused'; readonly status: number }
  /** The process that was chosen has ended. */
  | { readonly kind: 'ended' }
  /** Several processes have the pid that was chosen. */
  | { readonly kind: 'several' }
  /** There is no history: it is switched off. */
  | { readonly kind: 'off' };

export interface ConnectionListener {
  readonly onState: (state: ConnectionState) => void;
  /** The store has changed. */
  readonly onData: () => void;
  readonly onFindings: (findings: readonly Finding[]) => void;
  /** Called only for a group of processes. */
  readonly onProcesses: (processes: readonly ProcessActivity[]) => void;
  /** The answers come from another process than before: it was restarted. */
  readonly onRestart: (before: Instance, now: Instance) => void;
  readonly onSleep: (sleep: Sleep) => void;
}

/** What an answer without a history means; `undefined` if it is a failure. */
export function refusalOf(status: number, process: string | undefined): ConnectionState | undefined {
  if (status === 401 || status === 403) return { kind: 'refused', status };
  if (status === 404) return { kind: process === undefined ? 'off' : 'ended' };
  return status === 409 ? { kind: 'several' } : undefined;
}
