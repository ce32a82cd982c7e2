import type { Sliced } from '../../common/slices.js';
import { sortSliced } from '../../common/slices.js';
import type { AnyFamily, MetricsView } from '../../metrics/source/metrics-source.js';
import { builtInMetadata } from './built-in-metadata.js';
import type { ExpositionFamily, FamilyMetadata, WindowFamilies } from './exposition-family.js';
import { FamilyLabels } from './family-labels.js';
import { EXTREME_HELP } from './help.messages.js';
import { histogramStatistics } from './histogram-statistics.js';
import { gaugeExtremes, metricFamily } from './metric-families.js';
import type { MetricNameRequest } from './metric-name.js';
import { byPriority, extremeNameRequest, metadataFor, nameRequestOf, namesOf } from './metric-name.js';
import { NameAllocator } from './name-allocator.js';
import type { Naming } from './naming.js';
import { LEGACY_NAMING } from './naming.js';
import { processFamilies } from './process-families.js';

const STEPS_PER_SLICE = 64;

/** All families to write. */
export interface Exposition {
  /** Sorted by name. */
  readonly families: readonly ExpositionFamily[];
  readonly windows: readonly WindowFamilies[];
}

/**
 * Gives every metric of a source its name in Prometheus. Names are allocated again when there is a new metric or
 * description. They depend on which metrics exist, and not on the order in which they were created.
 */
export class Catalog {
  private revision: number | undefined;
  private exposition: Exposition = { families: [], windows: [] };
  /** Kept when names are allocated again. */
  private readonly labels = new WeakMap<AnyFamily, FamilyLabels>();
  private readonly process = processFamilies();

  constructor(private readonly naming: Naming = LEGACY_NAMING) {}

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
    const names = new NameAllocator();
    for (const { name, type } of [...builtInMetadata(), ...this.process]) names.reserve(namesOf(type, name));
    // All metrics are named before the extremes: where both need the same name, the metric gets it.
    const named: { request: MetricNameRequest; metadata: FamilyMetadata }[] = [];
    for (const request of yield* nameRequestsOf(view, this.naming)) {
      const name = request.builtIn?.name ?? names.allocate(request);
      named.push({ request, metadata: metadataFor(request, name) });
      if (named.length % STEPS_PER_SLICE === 0) yield;
    }
    const families = [...this.process];
    const windows: WindowFamilies[] = [];
    for (const { request, metadata } of named) {
      const { family } = request;
      const labels = this.labelsOf(family);
      families.push(metricFamily(metadata, family, labels));
      if (family.kind === 'gauge') {
        windows.push(gaugeExtremes(extremesMetadata(request, metadata, names), family, labels));
      } else if (family.kind === 'histogram' && family.definition !== undefined) {
        windows.push(histogramStatistics(family, family.definition));
      }
      if (families.length % STEPS_PER_SLICE === 0) yield;
    }
    return { families: yield* sortSliced(families, (a, b) => (a.name < b.name ? -1 : 1)), windows };
  }

  private labelsOf(family: AnyFamily): FamilyLabels {
    const labels = this.labels.get(family) ?? new FamilyLabels(this.naming, family.definition?.prometheus);
    this.labels.set(family, labels);
    return labels;
  }
}

/** The metrics that are exposed, in the order in which they are named. */
function* nameRequestsOf(
  { counters, gauges, histograms }: MetricsView,
  naming: Naming,
): Sliced<MetricNameRequest[]> {
  const requests: MetricNameRequest[] = [];
  for (const families of [counters, gauges, histograms]) {
    for (const family of families.all()) {
      // Its numbers are exposed by another metric, with other labels.
      if (family.definition !== undefined && family.definition.prometheus === undefined) continue;
      requests.push(nameRequestOf(family, naming));
      if (requests.length % STEPS_PER_SLICE === 0) yield;
    }
  }
  return yield* sortSliced(requests, byPriority);
}

function extremesMetadata(
  request: MetricNameRequest,
  { name, help }: FamilyMetadata,
  names: NameAllocator,
): Record<'min' | 'max', FamilyMetadata> {
  const metadataOf = (extreme: 'min' | 'max'): FamilyMetadata => ({
    name: names.allocate(extremeNameRequest(request, name, extreme)),
    type: 'gauge',
    help: EXTREME_HELP[extreme](help),
  });
  return { min: metadataOf('min'), max: metadataOf('max') };
}
