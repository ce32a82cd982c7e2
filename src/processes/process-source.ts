import { inSlices } from '../common/slices.js';
import { mergeFacts } from '../metrics/source/merged-facts.js';
import type { SourceKey, WindowReads } from '../metrics/source/merged-series.js';
import type {
  MetricsSource,
  MetricsView,
  WindowOptions,
  WindowView,
} from '../metrics/source/metrics-source.js';
import { SourceMerger } from '../metrics/source/source-merger.js';
import type { Member } from './group/member.js';
import { OwnWindow } from './group/own-window.js';
import type { ProcessGroup } from './group/process-group.js';
import type { Read } from './peers/read-request.js';

/** One process of a group, with its threads, as any of the others reads it. */
export class ProcessSource implements MetricsSource {
  private readonly merger = new SourceMerger();
  private merging: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly local: MetricsSource,
    private readonly group: ProcessGroup,
    private readonly pid: number,
  ) {}

  latest(): MetricsView {
    return this.viewOf(this.sources());
  }

  async now(): Promise<MetricsView> {
    await this.read({ kind: 'now' });
    return this.merge();
  }

  async window(reader: string, options: WindowOptions = {}): Promise<WindowView> {
    // The windows of the readers of the whole group are not touched.
    const ownReader = `process:${reader}`;
    const own = this.isOwn ? await this.local.window(ownReader, options) : undefined;
    const windows = await this.read({ kind: 'window', reader: ownReader, options });
    const { source } = this.group.saved;
    if (own !== undefined) windows.set(source, new OwnWindow(source, own));
    return this.merger.window(await this.merge(), windows);
  }

  private get isOwn(): boolean {
    return this.pid === this.group.name.pid;
  }

  private get members(): readonly Member[] {
    return this.group.roster.members.filter(({ name }) => name.pid === this.pid);
  }

  private async read(read: Read): Promise<Map<SourceKey, WindowReads>> {
    if (this.isOwn) await this.group.saved.save();
    const windows = new Map<SourceKey, WindowReads>();
    await Promise.all(
      this.members.map(async (member) => {
        const window = await member.read(read);
        if (window !== undefined) windows.set(member.source, window);
      }),
    );
    return windows;
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
    const facts = () => ({
      ...mergeFacts(sources.map((source) => source.facts())),
      processes: this.group.states().filter(({ pid }) => pid === this.pid),
    });
    const { exportNames } = this.local.latest();
    return { ...this.merger.viewOf(inputs, facts), exportNames };
  }
}
