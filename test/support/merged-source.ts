import type {
  MetricsSource,
  MetricsView,
  WindowOptions,
  WindowView,
} from '../../src/metrics/source/metrics-source.js';
import { startInSlices } from '../../src/common/slices.js';
import { mergeFacts } from '../../src/metrics/source/merged-facts.js';
import { oldestStartOf } from '../../src/metrics/source/process-start.js';
import type { MergedInput } from '../../src/metrics/source/source-merger.js';
import { giveBackAll, SourceMerger } from '../../src/metrics/source/source-merger.js';

/**
 * Several sources as one. Counters and histograms add up exactly. Gauges are aggregated according to their definition or
 * description: added up by default. Each source keeps a window under the reader's name, and these windows together are the
 * reader's window here. An application has a `GroupSource` instead, whose sources come and go.
 */
export class MergedSource implements MetricsSource {
  private readonly merger = new SourceMerger();

  /** @param sources at least one. The document has the instance of the first one. */
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
    const factsOfAll = () => inputs.map(({ view }) => view.facts());
    return this.merger.viewOf(inputs, () => mergeFacts(factsOfAll()), oldestStartOf(factsOfAll()));
  }
}

/**
 * Waits for all views, if any of them is a promise.
 *
 * @param undo is called with the views that were opened, if another one failed.
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
