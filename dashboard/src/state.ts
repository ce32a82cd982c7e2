import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ConnectionState } from './data/connection-state.js';
import type { Finding, Figure, ProcessActivity, Step } from './data/endpoint-types.js';
import type { HistoryStore } from './data/history-store.js';
import type { ProfileState } from './data/use-profile.js';

export type Range = '5m' | '15m' | '1h';

/** The length of the steps in which each range is shown, and their number. */
export const RANGES: Readonly<Record<Range, { step: Step; steps: number; label: string }>> = {
  '5m': { step: 1, steps: 300, label: '5 min' },
  '15m': { step: 10, steps: 90, label: '15 min' },
  '1h': { step: 10, steps: 360, label: '1 h' },
};

/** Times from and to which the charts are zoomed in, in milliseconds since 1970. */
export interface Zoom {
  readonly from: number;
  readonly to: number;
}

/** Diagnostics that are on in the process, and whether it is in a group. */
export type Feature = 'blocks' | 'profiles' | 'processes';

/** What the page shows while it is paused: everything as it was at that moment. */
export interface Pause {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly store: HistoryStore;
  readonly findings: readonly Finding[];
  readonly processes: readonly ProcessActivity[];
}

/** What the sections read. `version` changes with the data. */
export interface PageState {
  readonly base: string;
  readonly features: ReadonlySet<Feature>;
  /** The one process that is shown; `undefined` for the whole group. */
  readonly process: string | undefined;
  /** All processes of the group; empty without a group. */
  readonly processes: readonly ProcessActivity[];
  readonly showProcess: (name: string | undefined) => void;
  readonly store: HistoryStore;
  readonly version: number;
  readonly range: Range;
  readonly zoom: Zoom | undefined;
  readonly isPaused: boolean;
  readonly connection: ConnectionState;
  readonly findings: readonly Finding[];
  readonly profile: ProfileState;
  readonly setZoom: (zoom: Zoom | undefined) => void;
}

export const PageContext = createContext<PageState | undefined>(undefined);

export function usePage(): PageState {
  const state = useContext(PageContext);
  if (state === undefined) throw new Error('There is no page around this component.');
  return state;
}

/** The query parameter for one process, to append to other parameters. */
export function processQuery(process: string | undefined): string {
  return process === undefined ? '' : `&process=${encodeURIComponent(process)}`;
}

/** The values of one figure in the range of the page. */
export interface Columns {
  /** Milliseconds since 1970. */
  readonly times: readonly number[];
  /** How long each step took; `null` for a step without values. */
  readonly seconds: readonly (number | null)[];
  readonly values: (key: string, figure: Figure) => readonly (number | null)[];
}

/** Fewer steps do not make a line. */
const FEWEST_STEPS = 6;

/** The steps that a range is shown in. The first minute of a process is in steps of one second in every range. */
export function stepsIn({ store, range }: Pick<PageState, 'store' | 'range'>): { step: Step; steps: number } {
  const { step, steps } = RANGES[range];
  const isYoung = step === 10 && store.times(10).length < FEWEST_STEPS;
  return isYoung ? RANGES['5m'] : { step, steps };
}

export function columnsIn(page: PageState): Columns {
  const { store, zoom } = page;
  const { step, steps } = stepsIn(page);
  const all = store.times(step);
  let start = Math.max(0, all.length - steps);
  let end = all.length;
  if (zoom !== undefined) {
    while (start < end && (all[start] ?? 0) < zoom.from) start++;
    while (end > start && (all[end - 1] ?? 0) > zoom.to) end--;
  }
  return {
    times: all.slice(start, end),
    seconds: store.seconds(step).slice(start, end),
    values: (key, figure) => {
      const values = store.values(step, key, figure);
      return values.length === 0 ? [] : values.slice(start, end);
    },
  };
}
