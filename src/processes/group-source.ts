import { createHash } from 'node:crypto';
import { inSlices } from '../common/slices.js';
import type { DocumentFacts } from '../metrics/collection/snapshot.js';
import { mergeFacts } from '../metrics/source/merged-facts.js';
import type { SourceKey, WindowReads } from '../metrics/source/merged-series.js';
import type {
  MetricsSource,
  MetricsView,
  PushedState,
  WindowOptions,
  WindowView,
} from '../metrics/source/metrics-source.js';
import { SourceMerger } from '../metrics/source/source-merger.js';
import { OwnWindow } from './group/own-window.js';
import type { ProcessGroup } from './group/process-group.js';
import { ProcessSource } from './process-source.js';
import { StateGauge } from './state-gauge.js';

/** Above all revisions of a registry, which a reader may have seen before. */
const FIRST_REVISION = 2 ** 40;

/** The numbers of all processes of a group as one. Whoever of them is read answers for all. */
export class GroupSource implements MetricsSource {
  private readonly merger = new SourceMerger(FIRST_REVISION);
  private readonly states = new StateGauge();
  private merging: Promise<unknown> = Promise.resolve();
  private view: MetricsView | undefined;
  private readonly single = new Map<number, ProcessSource>();

  constructor(
    private readonly local: MetricsSource,
    private readonly group: ProcessGroup,
  ) {}

  get pushed(): PushedState {
    const { directory } = this.group;
    return {
      load: (reader) => directory.readText(`pushed-${nameOf(reader)}`),
      save: (reader, text) => directory.writeText(`pushed-${nameOf(reader)}`, text),
    };
  }

  latest(): MetricsView {
    return this.view ?? this.local.latest();
  }

  async now(): Promise<MetricsView> {
    try {
      await this.group.read({ kind: 'now' });
    } catch {
      // What is not saved cannot be merged: the group must not be told more than it will find.
      return this.local.now();
    }
    return this.merge();
  }

  async window(reader: string, options: WindowOptions = {}): Promise<WindowView> {
    const window = await this.local.window(reader, options);
    let windows: Map<SourceKey, WindowReads>;
    try {
      ({ windows } = await this.group.read({ kind: 'window', reader, options }));
    } catch {
      return window;
    }
    const { source } = this.group.saved;
    windows.set(source, new OwnWindow(source, window));
    return this.merger.window(await this.merge(), windows);
  }

  async pushes(): Promise<boolean> {
    try {
      return await this.group.isLeader();
    } catch {
      // Without the directory, each process answers for itself, and pushes its own numbers.
      return true;
    }
  }

  /** One of the processes, with its threads; `undefined` if it is none of the group. */
  async find(pid: number): Promise<MetricsSource | undefined> {
    await this.group.roster.update();
    if (!this.group.states().some((one) => one.pid === pid)) {
      this.single.delete(pid);
      return undefined;
    }
    let source = this.single.get(pid);
    if (source === undefined) this.single.set(pid, (source = new ProcessSource(this.local, this.group, pid)));
    return source;
  }

  /** One after the other: where a process has gone, metrics are merged anew. */
  private merge(): Promise<MetricsView> {
    const merging = this.merging.catch(() => {}).then(() => this.update());
    this.merging = merging;
    return merging;
  }

  private async update(): Promise<MetricsView> {
    this.states.set(this.group.states());
    const { saved, roster } = this.group;
    const views = [saved.source, ...roster.sources, this.states.source];
    const inputs = views.map((source) => ({ source, view: source }));
    await inSlices(this.merger.update(inputs));
    const { exportNames } = this.local.latest();
    this.view = { ...this.merger.viewOf(inputs, () => this.facts()), exportNames };
    return this.view;
  }

  private facts(): DocumentFacts {
    const { saved, roster } = this.group;
    const living = roster.members.filter(({ state }) => state !== 'ended').map(({ source }) => source);
    const facts = [saved.source, ...living].map((source) => source.facts());
    return { ...mergeFacts(facts, roster.endedCpu), processes: this.group.states() };
  }
}

function nameOf(reader: string): string {
  return createHash('sha256').update(reader).digest('hex').slice(0, 16);
}
