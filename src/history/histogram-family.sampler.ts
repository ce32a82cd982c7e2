import type { HistogramFamily, HistogramSeriesView, WindowView } from '../metrics/source/metrics-source.js';
import { Distribution } from './distribution.js';
import type { Member } from './family-members.js';
import { FamilySampler } from './family.sampler.js';
import { HistogramSteps } from './histogram-steps.js';
import type { MemoryBudget } from './memory-budget.js';
import { hasHeatMap } from './series-groups.js';
import type { SeriesRoom } from './series-room.js';

type HistogramMember = Member<HistogramSeriesView, FollowedSteps>;

/** The steps of a histogram, and its counts at the last read. */
class FollowedSteps extends HistogramSteps {
  readonly held: Distribution;

  constructor(budget: MemoryBudget, hasHeat: boolean) {
    super(budget, hasHeat);
    this.held = new Distribution(budget);
  }

  override release(): void {
    super.release();
    this.held.release();
  }
}

/**
 * Reads the histograms of one metric. Only those with new values are read. The sum of all label sets is exact, even if some of
 * them are not kept: the counts of these are added up, and only their sum at the last read is stored.
 */
export class HistogramFamilySampler extends FamilySampler<
  HistogramFamily,
  HistogramSeriesView,
  FollowedSteps
> {
  /** The values in this step: of one series, and of all. */
  private readonly values: Distribution;
  private readonly summed: Distribution;
  /** The sum of the series that are not kept: now, and at the last read. */
  private readonly others: Distribution;
  private readonly otherHeld: Distribution;

  constructor(family: HistogramFamily, room: SeriesRoom) {
    super(family, room, new FollowedSteps(room.budget, false));
    this.values = new Distribution(room.budget);
    this.summed = new Distribution(room.budget);
    this.others = new Distribution(room.budget);
    this.otherHeld = new Distribution(room.budget);
  }

  protected get lists(): HistogramFamily {
    return this.family;
  }

  beginSum(): void {
    if (this.sum === undefined) return;
    this.sum.begin(this.members.all.reduce((total, { series }) => total + series.count, 0));
    this.otherHeld.clear();
    this.addUpOthers();
    this.otherHeld.follow(this.others);
  }

  protected makeSteps(): FollowedSteps {
    return new FollowedSteps(this.room.budget, hasHeatMap(this.family));
  }

  protected follow(member: HistogramMember, view: WindowView): void {
    member.total = member.series.count;
    if (member.kept === undefined && this.sum === undefined) return;
    view.extremesOf(member.series);
    member.kept?.steps.held.follow(member.series.view());
    member.kept?.steps.begin(member.total);
  }

  protected step(view: WindowView, seconds: number): void {
    const { sum, summed } = this;
    summed.clear();
    let haveOthers = false;
    for (const member of this.members.all) {
      const { series, kept } = member;
      const hasValues = series.count !== member.total;
      member.total = series.count;
      if (!hasValues) {
        kept?.steps.skip();
        continue;
      }
      if (kept !== undefined) {
        this.read(view, series, kept.steps.held);
        kept.steps.step(this.values, seconds);
        if (sum !== undefined) summed.add(this.values);
      } else if (sum !== undefined) {
        summed.widen(view.extremesOf(series));
        haveOthers = true;
      }
    }
    if (sum === undefined) return;
    if (haveOthers) {
      this.addUpOthers();
      this.otherHeld.follow(this.others, summed);
    }
    if (summed.count > 0) sum.step(summed, seconds);
    else sum.skip();
  }

  /** Sets {@link values} to the values since the last step. */
  private read(view: WindowView, series: HistogramSeriesView, held: Distribution): void {
    this.values.clear();
    held.follow(series.view(), this.values);
    this.values.widen(view.extremesOf(series));
  }

  private addUpOthers(): void {
    this.others.clear();
    for (const { series, kept } of this.members.all) {
      if (kept === undefined && series.count > 0) this.others.addCounts(series.view());
    }
  }
}
