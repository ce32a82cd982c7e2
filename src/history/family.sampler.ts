import { parseLabels } from '../metrics/series/parse-series-name.js';
import { metricText } from '../metrics/series/series-name.js';
import type { AnyFamily, SeriesView, WindowView } from '../metrics/source/metrics-source.js';
import type { Member, SeriesLists } from './family-members.js';
import { FamilyMembers } from './family-members.js';
import type { HistorySeries } from './history-document.js';
import type { StoredSeries } from './history-store.js';
import type { Candidate } from './kept-series.js';
import { groupOf, isAddedUp } from './series-groups.js';
import type { SeriesRoom } from './series-room.js';
import type { SeriesSteps } from './series-steps.js';

/** A series that may be kept, with functions that begin to keep it and drop it. */
export interface MemberCandidate extends Candidate {
  keep(): void;
  /** @returns what is to be removed from the store. */
  drop(): StoredSeries | undefined;
}

/** Reads all series of one metric in each step, and computes steps for those that are kept. */
export abstract class FamilySampler<F extends AnyFamily, S extends SeriesView, T extends SeriesSteps> {
  protected readonly members = new FamilyMembers<S, T>();
  /** All label sets added up. */
  protected readonly sum: T | undefined;

  /** @param sum `undefined` for a metric whose label sets are not added up. */
  constructor(
    protected readonly family: F,
    protected readonly room: SeriesRoom,
    sum: T | undefined,
  ) {
    this.sum = isAddedUp(family) ? sum : undefined;
    if (this.sum !== undefined) room.add(this.identityOf(''), this.sum);
  }

  /** How many series are not kept. */
  get dropped(): number {
    return this.members.all.reduce((dropped, { kept }) => dropped + (kept === undefined ? 1 : 0), 0);
  }

  /**
   * Reads all series for a step of this length.
   *
   * @returns what is to be removed from the store.
   */
  sample(view: WindowView, seconds: number): StoredSeries[] {
    const removed = this.update();
    this.step(view, seconds);
    return removed;
  }

  /** Reads all series for the first time. Earlier values are part of no step. */
  begin(view: WindowView): void {
    this.update();
    for (const member of this.members.all) this.follow(member, view);
    this.beginSum();
  }

  /**
   * To be called for a metric that was removed.
   *
   * @returns what is to be removed from the store.
   */
  end(): StoredSeries[] {
    return this.members.all.flatMap((member) => this.drop(member) ?? []);
  }

  /** All series, for the selection of those that are kept. */
  candidates(view: WindowView): MemberCandidate[] {
    const group = groupOf(this.family);
    return this.members.all.map((member) => {
      member.activity = member.activity / 2 + member.total - member.selectedTotal;
      member.selectedTotal = member.total;
      return {
        group,
        metric: this.family.name,
        isKept: member.kept !== undefined,
        activity: member.activity,
        keep: () => {
          this.keep(member);
          this.follow(member, view);
        },
        drop: () => this.drop(member),
      };
    });
  }

  /** The series of the family, with their type. */
  protected abstract get lists(): SeriesLists<S>;

  /** To be called after a change of the series that are kept. */
  abstract beginSum(): void;

  protected abstract makeSteps(): T;
  /** Reads a series without making a step. */
  protected abstract follow(member: Member<S, T>, view: WindowView): void;
  protected abstract step(view: WindowView, seconds: number): void;

  protected drop(member: Member<S, T>): StoredSeries | undefined {
    const { kept } = member;
    member.kept = undefined;
    kept?.steps.release?.();
    return kept?.stored;
  }

  private update(): StoredSeries[] {
    const { added, removed } = this.members.update(this.lists);
    for (const member of added) if (!this.room.isFull) this.keep(member);
    return removed.flatMap((member) => this.drop(member) ?? []);
  }

  private keep(member: Member<S, T>): void {
    const steps = this.makeSteps();
    member.kept = { stored: this.room.add(this.identityOf(member.series.labels), steps), steps };
  }

  private identityOf(labels: string): HistorySeries {
    const { name, kind, definition, description } = this.family;
    return {
      key: metricText(name) + labels,
      name,
      kind,
      labels: parseLabels(labels),
      unit: definition?.unit ?? description.unit ?? null,
      help: description.help ?? '',
      ...(kind === 'gauge' && { aggregate: description.aggregate ?? definition?.aggregate ?? 'sum' }),
      builtIn: definition !== undefined,
    };
  }
}
