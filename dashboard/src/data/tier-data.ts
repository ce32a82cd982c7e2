import type { Figure, Step, StepEvent } from './endpoint-types.js';

/** How many steps the page keeps in each tier: 5 minutes of seconds, an hour of ten seconds. */
const CAPACITY: Readonly<Record<Step, number>> = { 1: 300, 10: 360 };

/** How far back the page shows the history. */
export const KEPT_SECONDS = CAPACITY[10] * 10;

export interface HeatSteps {
  readonly bounds: readonly number[];
  readonly counts: (readonly number[])[];
}

/** The steps of one length. */
export interface TierData {
  readonly times: number[];
  readonly seconds: (number | null)[];
  /** By series index and figure. Each list is as long as {@link times}. */
  readonly columns: Map<string, (number | null)[]>;
  readonly heat: Map<number, HeatSteps>;
}

export function emptyTier(): TierData {
  return { times: [], seconds: [], columns: new Map(), heat: new Map() };
}

export function columnOf(tier: TierData, series: number, figure: Figure): (number | null)[] {
  const key = `${series}|${figure}`;
  let values = tier.columns.get(key);
  if (values === undefined) {
    values = tier.times.map(() => null);
    tier.columns.set(key, values);
  }
  return values;
}

/** If the page was loaded before the first step, the bounds come from the event. */
export function heatOf(tier: TierData, series: number, { heat_bounds: bounds = [] }: StepEvent): HeatSteps {
  let heat = tier.heat.get(series);
  if (heat === undefined) {
    heat = { bounds, counts: [] };
    tier.heat.set(series, heat);
  }
  return heat;
}

/** Removes the oldest steps, beyond those that the page keeps. */
export function trim(tier: TierData, step: Step): void {
  const excess = tier.times.length - CAPACITY[step];
  if (excess <= 0) return;
  tier.times.splice(0, excess);
  tier.seconds.splice(0, excess);
  for (const values of tier.columns.values()) values.splice(0, excess);
  for (const { counts } of tier.heat.values()) counts.splice(0, counts.length - tier.times.length);
}
