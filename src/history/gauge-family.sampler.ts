import type { GaugeFamily, GaugeSeriesView, WindowView } from '../metrics/source/metrics-source.js';
import type { Member } from './family-members.js';
import { FamilySampler } from './family.sampler.js';
import { GaugeSteps } from './gauge-steps.js';
import type { SeriesRoom } from './series-room.js';

export class GaugeFamilySampler extends FamilySampler<GaugeFamily, GaugeSeriesView, GaugeSteps> {
  constructor(family: GaugeFamily, room: SeriesRoom) {
    super(family, room, undefined);
  }

  protected get lists(): GaugeFamily {
    return this.family;
  }

  beginSum(): void {}

  protected makeSteps(): GaugeSteps {
    return new GaugeSteps();
  }

  protected follow({ series, kept }: Member<GaugeSeriesView, GaugeSteps>, view: WindowView): void {
    if (kept !== undefined) view.extremesOf(series);
  }

  protected step(view: WindowView): void {
    for (const { series, kept } of this.members.all) kept?.steps.step(series.value, view.extremesOf(series));
  }
}
