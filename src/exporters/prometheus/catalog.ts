import type { Sliced } from '../../common/slices.js';
import { sortSliced } from '../../common/slices.js';
import type { AnyFamily, GaugeFamily, MetricsView } from '../../metrics/source/metrics-source.js';
import { builtInHeads } from './built-in-heads.js';
import type { ExposedFamily, FamilyHead, WindowedFamilies } from './exposed-family.js';
import { FamilyLabels } from './family-labels.js';
import { EXTREME_HELP } from './help.messages.js';
import { histogramFigures } from './histogram-figures.js';
import type { MetricClaim } from './metric-claim.js';
import { claimOf, extremeClaim, headFor, inRank, needsOf } from './metric-claim.js';
import { gaugeExtremes, metricFamily } from './metric-families.js';
import { TakenNames } from './names.js';
import { processFamilies } from './process-families.js';

const STEPS = 64;

/** All families that there are to write. */
export interface Exposition {
  /** In the order of their names. */
  readonly families: readonly ExposedFamily[];
  readonly windows: readonly WindowedFamilies[];
}

/**
 * Gives every metric of a source its name in Prometheus. Names are made anew when there is a new metric or description.
 * They depend on which metrics there are, and not on which came first.
 */
export class Catalog {
  private revision: number | undefined;
  private exposition: Exposition = { families: [], windows: [] };
  private readonly labels = new WeakMap<AnyFamily, FamilyLabels>();
  private readonly process = processFamilies();

  /** @param view of the same source each time. */
  *read(view: MetricsView): Sliced<Exposition> {
    const { revision } = view;
    if (revision !== this.revision) {
      this.exposition = yield* this.expose(view);
      this.revision = revision;
    }
    return this.exposition;
  }

  private *expose(view: MetricsView): Sliced<Exposition> {
    const taken = new TakenNames();
    for (const { name, type } of [...builtInHeads(), ...this.process]) taken.take(needsOf(type, name));
    const claims = yield* claimsOf(view);
    const heads: FamilyHead[] = [];
    for (const claim of claims) {
      heads.push(headFor(claim, claim.builtIn?.name ?? taken.give(claim)));
      if (heads.length % STEPS === 0) yield;
    }
    const families = [...this.process];
    const windows: WindowedFamilies[] = [];
    let steps = 0;
    for (const [at, claim] of claims.entries()) {
      const head = heads[at];
      if (head === undefined) continue;
      const { family } = claim;
      const labels = this.labelsOf(family);
      families.push(metricFamily(head, family, labels));
      if (family.kind === 'gauge') windows.push(windowOf(claim, family, { head, labels, taken }));
      else if (family.kind === 'histogram' && family.definition !== undefined)
        windows.push(histogramFigures(family, family.definition));
      if (++steps % STEPS === 0) yield;
    }
    return { families: yield* sortSliced(families, (a, b) => (a.name < b.name ? -1 : 1)), windows };
  }

  /** What is known about labels stays known when names are made anew. */
  private labelsOf(family: AnyFamily): FamilyLabels {
    const labels = this.labels.get(family) ?? new FamilyLabels(family.definition?.prometheus);
    this.labels.set(family, labels);
    return labels;
  }
}

/** The metrics that are exposed, in the order in which they get their names. */
function* claimsOf({ counters, gauges, histograms }: MetricsView): Sliced<MetricClaim[]> {
  const claims: MetricClaim[] = [];
  for (const families of [counters, gauges, histograms]) {
    for (const family of families.all()) {
      // The same numbers are exposed with labels.
      if (family.definition?.exportedAs !== undefined) continue;
      claims.push(claimOf(family));
      if (claims.length % STEPS === 0) yield;
    }
  }
  return yield* sortSliced(claims, inRank);
}

interface NamedGauge {
  readonly head: FamilyHead;
  readonly labels: FamilyLabels;
  readonly taken: TakenNames;
}

function windowOf(
  claim: MetricClaim,
  family: GaugeFamily,
  { head, labels, taken }: NamedGauge,
): WindowedFamilies {
  const headOfExtreme = (extreme: 'min' | 'max'): FamilyHead => ({
    name: taken.give(extremeClaim(claim, head.name, extreme)),
    type: 'gauge',
    help: EXTREME_HELP[extreme](head.help),
  });
  return gaugeExtremes({ min: headOfExtreme('min'), max: headOfExtreme('max') }, family, labels);
}
