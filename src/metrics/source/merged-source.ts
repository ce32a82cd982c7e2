import type { MetricsSource, MetricsView, WindowOptions, WindowView } from './metrics-source.js';
import { startInSlices } from '../../common/slices.js';
import { mergeFacts } from './merged-facts.js';
import type { MergedInput } from './source-merger.js';
import { giveBackAll, SourceMerger } from './source-merger.js';

/**
 * Several sources as one. Counters and histograms add up exactly. Gauges are aggregated as their definition or
 * description says: added up by default. Each source keeps the window of a reader under the reader's name, so that the
 * windows of the sources are one window here.
 */
export class MergedSource implements MetricsSource {
  private readonly merger = new SourceMerger();

  /** @param sources at least one. The first is the one whose instance a document names. */
  constructor(private readonly sources: readonly MetricsSource[]) {}

  latest(): MetricsView {
    const inputs = this.inputs(this.sources.map((source) => source.latest()));
    const work = this.merger.update(inputs);
    while (work.next().done !== true);
    return this.viewOf(inputs);
  }

  now(): MetricsView | Promise<MetricsView> {
    const opened = this.sources.map((source) => source.now());
    return whenAll(opened, (views) => {
      const inputs = this.inputs(views);
      return (
        startInSlices(this.merger.update(inputs))?.then(() => this.viewOf(inputs)) ?? this.viewOf(inputs)
      );
    });
  }

  window(reader: string, options?: WindowOptions): WindowView | Promise<WindowView> {
    const opened = this.sources.map((source) => source.window(reader, options));
    const open = (views: readonly WindowView[]) => {
      const inputs = this.inputs(views);
      const windows = new Map(inputs.map(({ source, view }) => [source, view as WindowView]));
      const makeWindow = () => this.merger.window(this.viewOf(inputs), windows);
      return startInSlices(this.merger.update(inputs))?.then(makeWindow) ?? makeWindow();
    };
    return whenAll(opened, open, giveBackAll);
  }

  private inputs(views: readonly MetricsView[]): MergedInput[] {
    return this.sources.flatMap((source, at): MergedInput[] => {
      const view = views[at];
      return view === undefined ? [] : [{ source, view }];
    });
  }

  private viewOf(inputs: readonly MergedInput[]): MetricsView {
    return this.merger.viewOf(inputs, () => mergeFacts(inputs.map(({ view }) => view.facts())));
  }
}

/**
 * Waits for all views, if any has to be waited for.
 *
 * @param undo gets the views that were opened, if another one failed.
 */
function whenAll<V, T>(
  opened: readonly (V | Promise<V>)[],
  then: (views: readonly V[]) => T | Promise<T>,
  undo: (views: readonly V[]) => void = () => {},
): T | Promise<T> {
  if (!opened.some((view) => view instanceof Promise)) return then(opened as readonly V[]);
  return Promise.allSettled(opened).then((results) => {
    const failed = results.find((result) => result.status === 'rejected');
    const views = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    if (failed === undefined) return then(views);
    undo(views);
    throw failed.reason;
  });
}
