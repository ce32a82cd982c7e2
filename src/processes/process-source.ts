import { inSlices } from '../common/slices.js';
import { mergeFacts } from '../metrics/source/merged-facts.js';
import { oldestStartOf } from '../metrics/source/process-start.js';
import type { SourceKey, WindowReads } from '../metrics/source/merged-series.js';
import type {
  MetricsSource,
  MetricsView,
  WindowOptions,
  WindowView,
} from '../metrics/source/metrics-source.js';
import type { ProcessLabels } from '../metrics/source/process-labels.js';
import { giveBackAll, SourceMerger } from '../metrics/source/source-merger.js';
import { FIRST_MERGED_REVISION } from './first-merged-revision.js';
import type { Member } from './group/member.js';
import { OwnWindow } from './group/own-window.js';
import type { ProcessGroup } from './group/process-group.js';
import { SINGLE_PROCESS } from './group/reader-bases.js';
import type { Read } from './peers/read-request.js';

/** The numbers of one process of a group, with its threads. Any process of the group can read them. */
export class ProcessSource implements MetricsSource {
  private readonly merger: SourceMerger;
  private merging: Promise<unknown> = Promise.resolve();

  /** @param hostname `null` if it is not known: the pid is enough then. */
  constructor(
    private readonly local: MetricsSource,
    private readonly group: ProcessGroup,
    readonly pid: number,
    private readonly hostname: string | null,
    labels: ProcessLabels,
  ) {
    this.merger = new SourceMerger(FIRST_MERGED_REVISION, labels);
  }

  latest(): MetricsView {
    return this.viewOf(this.sources());
  }

  async now(): Promise<MetricsView> {
    try {
      await this.read({ kind: 'now' });
    } catch {
      // Saving failed, so this process answers for itself, without its threads: unsaved numbers are not merged.
      return this.local.now();
    }
    return this.merge();
  }

  async window(reader: string, options: WindowOptions = {}): Promise<WindowView> {
    // Does not change the windows of readers of the whole group.
    const ownReader = `${SINGLE_PROCESS}${reader}`;
    const own = this.isOwn ? await this.local.window(ownReader, options) : undefined;
    let windows: Map<SourceKey, WindowReads>;
    try {
      windows = await this.read({ kind: 'window', reader: ownReader, options });
    } catch (thrown) {
      if (own === undefined) throw thrown;
      return own;
    }
    const { source } = this.group.saved;
    if (own !== undefined) windows.set(source, new OwnWindow(source, own, ownReader));
    return this.merger.window(await this.merge(), windows);
  }

  private get isOwn(): boolean {
    return this.pid === this.group.name.pid && this.isHere(this.group.hostname);
  }

  private get members(): readonly Member[] {
    return this.group.roster.members.filter((member) => this.includes(member));
  }

  private includes({ name, hostname }: Member): boolean {
    return name.pid === this.pid && this.isHere(hostname);
  }

  private isHere(hostname: string | null): boolean {
    return this.hostname === null || hostname === null || hostname === this.hostname;
  }

  /** @throws if this process is read, and its numbers cannot be saved. No window of its threads is lost then. */
  private async read(read: Read): Promise<Map<SourceKey, WindowReads>> {
    const windows = new Map<SourceKey, WindowReads>();
    const reads = this.members.map(async (member) => {
      const window = await member.read(read);
      if (window === undefined) return;
      // It may just have told its host.
      if (this.includes(member)) windows.set(member.source, window);
      else window.giveBack();
    });
    const results = await Promise.allSettled([...(this.isOwn ? [this.group.save()] : []), ...reads]);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed === undefined) return windows;
    giveBackAll([...windows.values()]);
    throw failed.reason;
  }

  private sources() {
    const others = this.members.map(({ source }) => source);
    return this.isOwn ? [this.group.saved.source, ...others] : others;
  }

  private merge(): Promise<MetricsView> {
    const merging = this.merging
      .catch(() => {})
      .then(async () => {
        const sources = this.sources();
        await inSlices(this.merger.update(sources.map((source) => ({ source, view: source }))));
        return this.viewOf(sources);
      });
    this.merging = merging;
    return merging;
  }

  private viewOf(sources: ReturnType<ProcessSource['sources']>): MetricsView {
    const inputs = sources.map((source) => ({ source, view: source }));
    const ownFacts = sources.map((source) => source.facts());
    const facts = () => ({
      ...mergeFacts(ownFacts),
      processes: this.group
        .states()
        .filter(({ pid, hostname = null }) => pid === this.pid && this.isHere(hostname)),
    });
    const { exportNames } = this.local.latest();
    return { ...this.merger.viewOf(inputs, facts, oldestStartOf(ownFacts)), exportNames };
  }
}
