import type { Sliced } from '../common/slices.js';
import { inSlices } from '../common/slices.js';
import type {
  HistoryDocument,
  HistoryQuery,
  HistoryTier,
  ProcessActivity,
  Step,
  StepEvent,
} from '../history/history-document.js';
import { HEAT_BOUNDS } from '../history/heat-buckets.js';
import { matches } from '../history/history-reader.js';
import type { HistoryCopy } from '../history/merging/history-copy.js';
import { mergeTier, slotsOf } from '../history/merging/merge-tier.js';
import type { MergedSeries } from '../history/merging/merged-series.js';
import { SeriesTable } from '../history/merging/merged-series.js';
import type { InstanceInfo } from '../metrics/collection/snapshot.js';
import type { EmittedEvents } from './emitted-events.js';
import type { OtherTotals } from './other-totals.js';
import { sequenceOf } from './step-sequence.js';

/** The facts of a document that are not in the histories. */
export interface MergedFacts {
  readonly instance: InstanceInfo;
  readonly processes: readonly ProcessActivity[];
}

/** The merged histories of all processes: a document, and an event for each step. */
export class MergedHistory {
  private readonly table = new SeriesTable();
  /** How many series clients know. */
  private announced = 0;
  private emitted: Record<Step, number> = { 1: -Infinity, 10: -Infinity };
  private readonly sentTotals = new Map<MergedSeries, number>();

  /** @param copies all histories. */
  constructor(
    private readonly copies: () => readonly HistoryCopy[],
    private readonly others: OtherTotals,
    private readonly events: EmittedEvents,
  ) {}

  /** The end of the last step of this length that clients have, in milliseconds since 1970. */
  lastOf(step: Step): number {
    return this.emitted[step];
  }

  /** The number of the last step that clients have; 0 before the first one. */
  get sequence(): number {
    return Math.max(0, sequenceOf(1, this.emitted[1]), sequenceOf(10, this.emitted[10]));
  }

  /** Begins after these steps: documents have all steps up to them. */
  begin(last: Readonly<Record<Step, number>>): void {
    this.emitted = { ...last };
    this.table.update(this.copies());
    this.announced = this.table.all.length;
  }

  /** The document with all emitted steps, created in time slices. */
  *document({ since = -Infinity, series: names }: HistoryQuery, facts: MergedFacts): Sliced<HistoryDocument> {
    const copies = this.copies();
    const known = this.table.all.slice(0, this.announced);
    const chosen = names === undefined ? known : known.filter(({ identity }) => matches(identity, names));
    const { emitted } = this;
    const head = {
      time: Date.now(),
      sequence: this.sequence,
      ...facts,
      dropped_series: Math.max(0, ...copies.map(({ dropped }) => dropped)),
      series: chosen.map(({ identity }) => identity),
      latest: chosen.map((one) => this.latestOf(one)),
    };
    const tiers: HistoryTier[] = [];
    for (const step of [1, 10] as const) {
      const slots = slotsOf(copies, step, since, emitted[step]);
      tiers.push(yield* mergeTier(step, slots, chosen, copies));
    }
    return { ...head, tiers };
  }

  /** Emits a step; again, if a process has sent it late. */
  async emit(step: Step, slot: number): Promise<void> {
    const copies = this.copies();
    this.table.update(copies);
    const { all } = this.table;
    const added = all.slice(this.announced).map(({ identity }) => identity);
    this.announced = all.length;
    this.emitted[step] = Math.max(this.emitted[step], slot);
    const series = [...all];
    const { seconds, columns, heat = [] } = await inSlices(mergeTier(step, [slot], series, copies));
    const values = columns.flatMap(({ series: index, figure, values: [value] }) =>
      value === null || value === undefined ? [] : [[index, figure, value] as const],
    );
    const sequence = sequenceOf(step, slot);
    const event: StepEvent = {
      step,
      sequence,
      time: slot,
      seconds: seconds[0] ?? step,
      ...(added.length > 0 && { series: added }),
      values: step === 1 ? [...values, ...this.changedTotals(series)] : values,
      ...(heat.length > 0 && {
        heat: heat.map(({ series: index, counts: [counts = []] }) => [index, counts] as const),
        heat_bounds: HEAT_BOUNDS,
      }),
    };
    this.events.emit('step', JSON.stringify(event), sequence);
  }

  private changedTotals(series: readonly MergedSeries[]): [number, 'total', number][] {
    return series.flatMap((one, index): [number, 'total', number][] => {
      const total = one.identity.kind === 'gauge' ? null : this.latestOf(one);
      if (total === null || this.sentTotals.get(one) === total) return [];
      this.sentTotals.set(one, total);
      return [[index, 'total', total]];
    });
  }

  /** The total of a counter or the number of values of a histogram, those of ended processes included; the value of a gauge. */
  private latestOf({ identity, parts }: MergedSeries): number | null {
    const { kind, aggregate } = identity;
    const values = parts.flatMap(({ copy, index }) => {
      const isPart = kind === 'gauge' ? !copy.hasEnded : this.others.reports(copy.owner.text);
      const value = copy.latest[index] ?? Number.NaN;
      return isPart && !Number.isNaN(value) ? [value] : [];
    });
    if (kind !== 'gauge') return values.reduce((sum, value) => sum + value, this.others.of(identity));
    if (values.length === 0) return null;
    if (aggregate === 'max') return Math.max(...values);
    if (aggregate === 'min') return Math.min(...values);
    return values.reduce((sum, value) => sum + value, 0);
  }
}
