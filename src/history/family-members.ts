import type { SeriesView } from '../metrics/source/metrics-source.js';
import type { SeriesSteps } from './series-steps.js';
import type { StoredSeries } from './history-store.js';

/** One series of a metric, kept or not. */
export interface Member<S extends SeriesView, T extends SeriesSteps> {
  readonly series: S;
  /** `undefined` if it is not kept. */
  kept: { readonly stored: StoredSeries; readonly steps: T } | undefined;
  /** Total of a counter or number of values of a histogram, when it was last read. */
  total: number;
  /** The total when series were last selected, and how much it has grown lately. */
  selectedTotal: number;
  activity: number;
}

export interface SeriesLists<S> {
  readonly plain: S | undefined;
  readonly labelled: readonly S[];
}

/** The series of one metric. New ones appear during the life of the process. */
export class FamilyMembers<S extends SeriesView, T extends SeriesSteps> {
  private list: Member<S, T>[] = [];
  private plain: S | undefined;
  private labelled: readonly S[] = [];
  private known = 0;

  get all(): readonly Member<S, T>[] {
    return this.list;
  }

  /** @returns the new series and the removed ones. */
  update({ plain, labelled }: SeriesLists<S>): { added: Member<S, T>[]; removed: Member<S, T>[] } {
    const added: Member<S, T>[] = [];
    const isSame = labelled === this.labelled && (this.plain === undefined || plain === this.plain);
    const removed = isSame || this.list.length === 0 ? [] : this.rebuild(plain, labelled);
    this.labelled = labelled;
    if (plain !== undefined && plain !== this.plain) added.push(memberOf(plain));
    this.plain = plain;
    for (; this.known < labelled.length; this.known++) {
      const series = labelled[this.known];
      if (series !== undefined) added.push(memberOf(series));
    }
    this.list.push(...added);
    return { added, removed };
  }

  /** When series are removed, the family gets another list. */
  private rebuild(plain: S | undefined, labelled: readonly S[]): Member<S, T>[] {
    const present = new Set(labelled);
    const isPresent = ({ series }: Member<S, T>) => series === plain || present.has(series);
    const removed = this.list.filter((member) => !isPresent(member));
    this.list = this.list.filter(isPresent);
    // The remaining series come first in the new list, in the same order as before.
    const kept = new Set(this.list.map(({ series }) => series));
    this.known = labelled.findIndex((series) => !kept.has(series));
    if (this.known < 0) this.known = labelled.length;
    return removed;
  }
}

function memberOf<S extends SeriesView, T extends SeriesSteps>(series: S): Member<S, T> {
  return { series, kept: undefined, total: 0, selectedTotal: 0, activity: 0 };
}
