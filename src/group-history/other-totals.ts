import { SharedRun } from '../common/shared-run.js';
import { inSlices } from '../common/slices.js';
import type { Sliced } from '../common/slices.js';
import type { HistorySeries } from '../history/history-document.js';
import { isSum } from '../history/series-groups.js';
import { metricText } from '../metrics/series/series-name.js';
import type { CpuTimes } from '../metrics/source/merged-facts.js';
import type { ProcessGroup } from '../processes/group/process-group.js';
import type { ReceivedSource } from '../processes/received/received-source.js';

/**
 * The totals of processes that do not tell them with their history: of those that have ended, and of those that do not answer. They stay
 * part of those of the group. What a process counts here, and what it tells itself, is decided at one moment, so that nothing is
 * counted twice or is missing.
 */
export class OtherTotals {
  private byKey: ReadonlyMap<string, number> = new Map();
  private byMetric: ReadonlyMap<string, number> = new Map();
  private endedCpu: readonly CpuTimes[] = [];
  private telling: ReadonlySet<string> = new Set();
  private stamp = '';
  private readonly ids = new Map<ReceivedSource, number>();
  private readonly updating = new SharedRun(() => this.decide());

  /** @param told the names of those that tell their totals. */
  constructor(
    private readonly group: ProcessGroup,
    private readonly told: () => ReadonlySet<string>,
  ) {}

  /** To be called before {@link of}, from time to time: others may have ended. */
  update(): Promise<void> {
    return this.updating.run();
  }

  /** Whether the totals of a process are those that it tells itself. */
  tells(name: string): boolean {
    return this.telling.has(name);
  }

  /** The total of a counter, or the number of values of a histogram. */
  of(series: HistorySeries): number {
    const { kind, key, name, builtIn } = series;
    if (kind === 'gauge') return 0;
    if (builtIn && name.startsWith('process.cpu.')) {
      return this.endedCpu.reduce(
        (sum, { user, system }) => sum + (name.includes('user') ? user : system),
        0,
      );
    }
    const id = `${kind} ${key}`;
    return (isSum(series) ? this.byMetric.get(id) : this.byKey.get(id)) ?? 0;
  }

  private async decide(): Promise<void> {
    const { roster, name } = this.group;
    const told = this.told();
    const living = roster.members.filter(({ state }) => state !== 'ended');
    const telling = [name, ...living.map((member) => member.name)].flatMap(({ text }) =>
      told.has(text) ? [text] : [],
    );
    const silent = living.filter((member) => !told.has(member.name.text)).map(({ source }) => source);
    const sources = [...roster.endedSources, ...silent];
    const { endedCpu } = roster;
    const stamp = [...telling, ...sources.map((source) => `${this.idOf(source)}:${source.revision}`)].join(
      ' ',
    );
    if (stamp === this.stamp) return;
    const [byKey, byMetric] = await inSlices(totalsOf(sources));
    this.stamp = stamp;
    this.byKey = byKey;
    this.byMetric = byMetric;
    this.endedCpu = endedCpu;
    this.telling = new Set(telling);
  }

  private idOf(source: ReceivedSource): number {
    const id = this.ids.get(source) ?? this.ids.size;
    this.ids.set(source, id);
    return id;
  }
}

function* totalsOf(
  sources: readonly ReceivedSource[],
): Sliced<[byKey: Map<string, number>, byMetric: Map<string, number>]> {
  const [byKey, byMetric] = [new Map<string, number>(), new Map<string, number>()];
  const add = (map: Map<string, number>, key: string, value: number) =>
    map.set(key, (map.get(key) ?? 0) + value);
  for (const { counters, histograms } of sources) {
    for (const family of counters.received()) {
      for (const { labels, value } of family.all()) {
        add(byKey, `counter ${metricText(family.name)}${labels}`, value);
        add(byMetric, `counter ${metricText(family.name)}`, value);
      }
      yield;
    }
    for (const family of histograms.received()) {
      for (const { labels, count } of family.all()) {
        add(byKey, `histogram ${metricText(family.name)}${labels}`, count);
        add(byMetric, `histogram ${metricText(family.name)}`, count);
      }
      yield;
    }
  }
  return [byKey, byMetric];
}
