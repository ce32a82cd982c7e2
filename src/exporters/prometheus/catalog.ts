import type { Counter } from '../../metrics/counter.js';
import type { Gauge } from '../../metrics/gauge.js';
import type { HistogramSeries } from '../../metrics/histogram/histogram-series.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import type { Sliced } from '../../common/slices.js';
import { sortSliced } from '../../common/slices.js';
import type { Family, Series } from '../../metrics/series/family.js';
import { EXTREME_HELP } from './help.messages.js';
import { BUILT_IN, COUNTED_TOGETHER } from './built-in.js';
import type { ExposedFamily, FamilyHead, WindowedFamilies } from './exposed-family.js';
import { FamilyLabels } from './family-labels.js';
import { loopLag } from './loop-lag.js';
import type { Kind, MetricClaim } from './metric-claim.js';
import { claimOf, extremeClaim, headOf, inRank, needsOf } from './metric-claim.js';
import { TakenNames } from './names.js';
import { processFamilies } from './process-families.js';
import { extremesOf, histogramFamily, numberFamily } from './registry-families.js';

const STEPS = 64;

const KINDS: readonly Kind[] = ['counter', 'gauge', 'histogram'];

/** All families that there are to write, in the order of their names. */
export interface Exposition {
  readonly families: readonly ExposedFamily[];
  readonly windows: readonly WindowedFamilies[];
}

/**
 * Knows what everything in a registry is called. It is found out again when there is a metric or a description that
 * was not there before, and the names depend on nothing but what is there: not on what came first.
 */
export class Catalog {
  private revision = -1;
  private exposition: Exposition = { families: [], windows: [] };
  private readonly labels = new WeakMap<Family<Series>, FamilyLabels>();
  private readonly process: readonly ExposedFamily[];
  private readonly lag: WindowedFamilies;

  constructor(private readonly registry: MetricsRegistry) {
    this.process = processFamilies(registry);
    this.lag = loopLag(registry);
  }

  /** What there is now. */
  *read(): Sliced<Exposition> {
    const { counters, gauges, histograms, descriptions } = this.registry;
    const revision = counters.size + gauges.size + histograms.size + descriptions.revision;
    if (revision !== this.revision) {
      this.exposition = yield* this.expose();
      this.revision = revision;
    }
    return this.exposition;
  }

  private *expose(): Sliced<Exposition> {
    const taken = new TakenNames();
    for (const { name, type } of [...Object.values(BUILT_IN), ...this.process, ...this.lag.heads]) {
      taken.take(needsOf(type, name));
    }
    const claims = yield* this.claims();
    const families = [...this.process];
    const windows = [this.lag];
    const names: string[] = [];
    for (const claim of claims) {
      names.push(claim.builtIn?.name ?? taken.give(claim));
      if (names.length % STEPS === 0) yield;
    }
    for (const [at, claim] of claims.entries()) {
      const head = headOf(claim, names[at]);
      const labels = this.labelsOf(claim);
      families.push(familyOf(claim, head, labels));
      if (claim.kind === 'gauge') windows.push(windowOf(claim, head, labels, taken));
      if (at % STEPS === STEPS - 1) yield;
    }
    return { families: yield* sortSliced(families, (a, b) => (a.name < b.name ? -1 : 1)), windows };
  }

  /** In the order in which they get their names. */
  private *claims(): Sliced<MetricClaim[]> {
    const claims: MetricClaim[] = [];
    for (const kind of KINDS) {
      for (const family of this.registry[`${kind}s`].all()) {
        if (COUNTED_TOGETHER.includes(family.name)) continue;
        claims.push(claimOf(kind, family, this.registry.descriptions.get(family.name)));
        if (claims.length % STEPS === 0) yield;
      }
    }
    return yield* sortSliced(claims, inRank);
  }

  /** What was found out about labels stays known when names are given anew. */
  private labelsOf({ family, builtIn }: MetricClaim): FamilyLabels {
    const labels = this.labels.get(family) ?? new FamilyLabels(builtIn?.labels);
    this.labels.set(family, labels);
    return labels;
  }
}

function familyOf({ kind, family }: MetricClaim, head: FamilyHead, labels: FamilyLabels): ExposedFamily {
  // The kind says of what the family is.
  if (kind === 'histogram')
    return histogramFamily(head, { family: family as Family<HistogramSeries>, labels });
  return numberFamily(head, { family: family as Family<Counter | Gauge>, labels });
}

function windowOf(
  claim: MetricClaim,
  head: FamilyHead,
  labels: FamilyLabels,
  taken: TakenNames,
): WindowedFamilies {
  const headOfExtreme = (extreme: 'min' | 'max'): FamilyHead => ({
    name: taken.give(extremeClaim(claim, head.name, extreme)),
    type: 'gauge',
    help: EXTREME_HELP[extreme](head.help),
  });
  const heads = { min: headOfExtreme('min'), max: headOfExtreme('max') };
  return extremesOf(heads, { family: claim.family as Family<Gauge>, labels });
}
