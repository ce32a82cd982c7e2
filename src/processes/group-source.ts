import { createHash } from 'node:crypto';
import { inSlices } from '../common/slices.js';
import type { DocumentFacts } from '../metrics/collection/snapshot.js';
import { mergeFacts } from '../metrics/source/merged-facts.js';
import { oldestStartOf } from '../metrics/source/process-start.js';
import type { SourceKey, WindowReads } from '../metrics/source/merged-series.js';
import type {
  MetricsSource,
  MetricsView,
  PushedState,
  WindowOptions,
  WindowView,
} from '../metrics/source/metrics-source.js';
import { processKey } from '../metrics/source/process-identity.js';
import { ProcessLabels } from '../metrics/source/process-labels.js';
import { SourceMerger } from '../metrics/source/source-merger.js';
import type { ProcessQuery } from './group/find-process.js';
import { findProcess, NoSingleProcess } from './group/find-process.js';
import { FIRST_MERGED_REVISION } from './first-merged-revision.js';
import { OwnWindow } from './group/own-window.js';
import type { ProcessGroup } from './group/process-group.js';
import { ProcessSource } from './process-source.js';
import { StateGauge } from './state-gauge.js';

/** A merged view, and the sources that are part of it. */
interface Merged {
  readonly view: MetricsView;
  readonly sources: ReadonlySet<SourceKey>;
}

/** The merged numbers of all processes of a group. A read of any process returns them. */
export class GroupSource implements MetricsSource {
  private readonly labels = new ProcessLabels();
  private readonly merger = new SourceMerger(FIRST_MERGED_REVISION, this.labels);
  private readonly states = new StateGauge();
  private merging: Promise<unknown> = Promise.resolve();
  private view: MetricsView | undefined;
  private wasLeader = false;
  private readonly single = new Map<string, ProcessSource>();

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
      // Saving failed. Unsaved numbers are not merged: the totals of the group would fall if this process were killed.
      return this.local.now();
    }
    return (await this.merge()).view;
  }

  /** @throws if saving has failed, for a reader whose window is kept: it gets everything with its next read. */
  async window(reader: string, options: WindowOptions = {}): Promise<WindowView> {
    const window = await this.local.window(reader, options);
    let windows: Map<SourceKey, WindowReads>;
    try {
      ({ windows } = await this.group.read({ kind: 'window', reader, options }));
    } catch (thrown) {
      if (options.isKept !== true || this.isAlone) return window;
      // This reader sends differences between totals: to it, those of this process alone would be a restart, and the next ones of the
      // group would be new again.
      window.giveBack();
      throw thrown;
    }
    const { source, bases } = this.group.saved;
    windows.set(source, new OwnWindow(source, window, reader, bases));
    const { view, sources } = await this.merge();
    for (const [read, part] of windows) {
      if (sources.has(read)) continue;
      // The process has ended and was merged since it was read.
      windows.delete(read);
      part.giveBack();
    }
    return this.merger.window(view, windows);
  }

  async pushes(): Promise<boolean> {
    try {
      this.wasLeader = await this.group.isLeader();
    } catch {
      // Without the directory, no other process can become the leader. If each pushed, the same numbers would be sent several times.
      return this.wasLeader || this.isAlone;
    }
    return this.wasLeader;
  }

  /** One process with its threads. */
  async find(query: ProcessQuery): Promise<MetricsSource | NoSingleProcess> {
    const found = await findProcess(this.group, query);
    if (found instanceof NoSingleProcess) return found;
    const { isOwn, members } = found;
    // Whether a process has just ended is not known before it is asked.
    if (!isOwn) await Promise.all(members.map((member) => member.probe()));
    if (!isOwn && members.every(({ state }) => state === 'ended')) return new NoSingleProcess();
    const { pid, hostname } = found;
    const states = this.group.states();
    // Its gauges have the labels that they have among those of all processes.
    this.labels.update(states.map((one) => ({ pid: one.pid, hostname: one.hostname ?? null })));
    const key = processKey(found);
    let source = this.single.get(key);
    if (source === undefined) {
      const pids = new Set(states.map((state) => state.pid));
      for (const [other, one] of this.single) if (!pids.has(one.pid)) this.single.delete(other);
      source = new ProcessSource(this.local, this.group, pid, hostname, this.labels);
      this.single.set(key, source);
    }
    return source;
  }

  /** Whether the numbers of this process are those of the group: no other one has been part of it. */
  private get isAlone(): boolean {
    return this.group.roster.sources.length === 0;
  }

  /** Merges run one after the other: two updates of the merger must not overlap when a process has gone. */
  private merge(): Promise<Merged> {
    const merging = this.merging.catch(() => {}).then(() => this.update());
    this.merging = merging;
    return merging;
  }

  private async update(): Promise<Merged> {
    this.states.set(this.group.states());
    const { saved, roster } = this.group;
    const views = [saved.source, ...roster.sources, this.states.source];
    const inputs = views.map((source) => ({ source, view: source }));
    await inSlices(this.merger.update(inputs));
    const { exportNames } = this.local.latest();
    const start = oldestStartOf(this.livingFacts());
    this.view = { ...this.merger.viewOf(inputs, () => this.facts(), start), exportNames };
    return { view: this.view, sources: new Set(views) };
  }

  private facts(): DocumentFacts {
    const { endedCpu } = this.group.roster;
    return { ...mergeFacts(this.livingFacts(), endedCpu), processes: this.group.states() };
  }

  /** The facts of the processes that run, this one first. */
  private livingFacts(): DocumentFacts[] {
    const { saved, roster } = this.group;
    const living = roster.members.filter(({ state }) => state !== 'ended').map(({ source }) => source);
    return [saved.source, ...living].map((source) => source.facts());
  }
}

function nameOf(reader: string): string {
  return createHash('sha256').update(reader).digest('hex').slice(0, 16);
}
