import type { CounterFamily, CounterSeriesView, WindowView } from '../metrics/source/metrics-source.js';
import { CounterSteps } from './counter-steps.js';
import type { Member } from './family-members.js';
import { FamilySampler } from './family.sampler.js';
import type { SeriesRoom } from './series-room.js';

export class CounterFamilySampler extends FamilySampler<CounterFamily, CounterSeriesView, CounterSteps> {
  constructor(family: CounterFamily, room: SeriesRoom) {
    super(family, room, new CounterSteps());
  }

  protected get lists(): CounterFamily {
    return this.family;
  }

  beginSum(): void {
    this.sum?.begin(this.members.all.reduce((total, { series }) => total + series.value, 0));
  }

  protected makeSteps(): CounterSteps {
    return new CounterSteps();
  }

  protected follow(member: Member<CounterSeriesView, CounterSteps>): void {
    member.total = member.series.value;
    member.kept?.steps.begin(member.total);
  }

  protected step(_view: WindowView, seconds: number): void {
    let total = 0;
    for (const member of this.members.all) {
      member.total = member.series.value;
      total += member.total;
      member.kept?.steps.step(member.total, seconds);
    }
    this.sum?.step(total, seconds);
  }
}
