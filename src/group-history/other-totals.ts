import { SharedRun } from '../common/shared-run.js';
import { inSlices } from '../common/slices.js';
import type { HistorySeries } from '../history/history-document.js';
import type { ProcessGroup } from '../processes/group/process-group.js';
import type { ReceivedSource } from '../processes/received/received-source.js';
import { SourceTotals } from './source-totals.js';

/**
 * The totals of processes that do not send them with their history: ended ones, and those that do not answer. They remain part of the
 * totals of the group. Whether the totals of a process come from here or from its history is decided for all processes at once, so
 * that nothing is counted twice or is missing.
 */
export class OtherTotals {
  private totals: SourceTotals | undefined;
  private reporting: ReadonlySet<string> = new Set();
  private stamp = '';
  private readonly ids = new WeakMap<ReceivedSource, number>();
  private lastId = 0;
  private readonly updating = new SharedRun(() => this.decide());

  /** @param senders the names of the processes that send their totals with their history. */
  constructor(
    private readonly group: ProcessGroup,
    private readonly senders: () => ReadonlySet<string>,
  ) {}

  /** To be called before {@link of}, and regularly: processes may have ended. */
  update(): Promise<void> {
    return this.updating.run();
  }

  /** Whether the totals of a process come from its history, and not from here. */
  reports(name: string): boolean {
    return this.reporting.has(name);
  }

  /** The total of a counter, or the number of values of a histogram. */
  of(series: HistorySeries): number {
    return this.totals?.get(series) ?? 0;
  }

  private async decide(): Promise<void> {
    const { roster, name } = this.group;
    const senders = this.senders();
    const living = roster.members.filter(({ state }) => state !== 'ended');
    const reporting = [name, ...living.map((member) => member.name)].flatMap(({ text }) =>
      senders.has(text) ? [text] : [],
    );
    const silent = living.filter((member) => !senders.has(member.name.text)).map(({ source }) => source);
    const sources = [...roster.endedSources, ...silent];
    const { endedCpu } = roster;
    const stamp = [...reporting, ...sources.map((source) => `${this.idOf(source)}:${source.revision}`)].join(
      ' ',
    );
    if (stamp === this.stamp) return;
    const totals = await inSlices(SourceTotals.of(sources, endedCpu));
    this.stamp = stamp;
    this.totals = totals;
    this.reporting = new Set(reporting);
  }

  private idOf(source: ReceivedSource): number {
    let id = this.ids.get(source);
    if (id === undefined) this.ids.set(source, (id = ++this.lastId));
    return id;
  }
}
