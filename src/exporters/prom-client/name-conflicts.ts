import { builtInMetadata } from '../prometheus/built-in-metadata.js';
import type { ExposedType, FamilyMetadata } from '../prometheus/exposition-family.js';
import { namesOf as allNamesOf } from '../prometheus/metric-name.js';
import { processFamilies } from '../prometheus/process-families.js';
import { sampleName } from '../prometheus/exposition-family.js';
import { LEFT_OUT } from './prom-client.messages.js';

/** Conflicts are logged once for each name, for at most this many names. */
const MAX_LOGGED = 100;

/** A metric of the application in its registry. */
interface TheirMetric {
  readonly name: string;
  readonly type: string;
}

/** The names of one scrape that belong to the application's own metrics. */
export type TakenNames = ReadonlyMap<string, TheirMetric>;

/**
 * Decides which metrics of the monitor can be shown in a registry beside the application's own, and logs which cannot.
 *
 * In the text format 0.0.4, a gauge `jobs` and a counter `jobs_total` have different names. In OpenMetrics the counter is the
 * family `jobs`, and a second family of that name makes the whole text invalid.
 */
export class NameConflicts {
  private readonly builtIn = new Set([...builtInMetadata(), ...processFamilies()].map(({ name }) => name));
  private readonly logged = new Set<string>();

  constructor(private readonly warn: (text: string) => void) {}

  /** All names that the application's metrics need. */
  takenBy(metrics: readonly object[], isOpenMetrics: boolean): TakenNames {
    const taken = new Map<string, TheirMetric>();
    for (const metric of metrics as readonly Partial<TheirMetric>[]) {
      const theirs = { name: String(metric.name), type: String(metric.type) };
      for (const name of namesOf(theirs, isOpenMetrics)) taken.set(name, theirs);
    }
    return taken;
  }

  /** Whether a metric of the monitor can be shown. One that cannot is logged, unless both mean the same. */
  hasRoomFor(metadata: FamilyMetadata, taken: TakenNames, isOpenMetrics: boolean): boolean {
    const { name, type } = metadata;
    const needed = isOpenMetrics ? allNamesOf(type, name) : samplesOf(type, name);
    const conflicting = needed.find((one) => taken.has(one));
    const theirs = conflicting === undefined ? undefined : taken.get(conflicting);
    if (theirs === undefined) return true;
    const ours = { name: sampleName(name, type), type: registryType(type) };
    // A metric of collectDefaultMetrics() with the same name has the same numbers.
    const isSame = this.builtIn.has(name) && ours.name === theirs.name && ours.type === theirs.type;
    if (!isSame) this.log(ours, theirs, isOpenMetrics);
    return false;
  }

  private log(ours: TheirMetric, theirs: TheirMetric, isOpenMetrics: boolean): void {
    if (this.logged.has(ours.name) || this.logged.size >= MAX_LOGGED) return;
    this.logged.add(ours.name);
    this.warn(LEFT_OUT(ours, theirs, isOpenMetrics));
  }
}

/** The type of a metric of the monitor in a registry. prom-client has no type "unknown". */
export function registryType(type: ExposedType): string {
  return type === 'unknown' ? 'gauge' : type;
}

/** Once the registry has written OpenMetrics, the names of its counters are without `_total`. */
function namesOf({ name, type }: TheirMetric, isOpenMetrics: boolean): string[] {
  if (type !== 'counter') return samplesOf(type, name);
  const bare = name.replace(/_total$/, '');
  return isOpenMetrics ? [bare, `${bare}_total`] : [name, `${bare}_total`];
}

/** The names of the samples of a metric, and the name in its `# TYPE` line, in the text format 0.0.4. */
function samplesOf(type: string, name: string): string[] {
  if (type === 'counter') return [`${name}_total`];
  if (type === 'summary') return [name, `${name}_sum`, `${name}_count`];
  return type === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
}
