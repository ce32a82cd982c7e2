import type { MetricsSource, MetricsView, PushedState, WindowOptions, WindowView } from './metrics-source.js';

/** The source that everything reads: that of this process, or, as soon as it is in a group, that of all its processes. */
export class CurrentSource implements MetricsSource {
  private current: MetricsSource;
  private joining: Promise<unknown> | undefined;

  /** @param local the numbers of this process. */
  constructor(readonly local: MetricsSource) {
    this.current = local;
  }

  /** @param source `undefined` for the local one again. */
  use(source: MetricsSource | undefined): void {
    this.current = source ?? this.local;
  }

  /** Until it is known whether there are others, nothing is pushed: they may push the same numbers. */
  awaitGroup(joining: Promise<unknown>): void {
    this.joining = joining;
    void joining.finally(() => (this.joining = undefined)).catch(() => {});
  }

  latest(): MetricsView {
    return this.current.latest();
  }

  now(): MetricsView | Promise<MetricsView> {
    return this.current.now();
  }

  window(reader: string, options?: WindowOptions): WindowView | Promise<WindowView> {
    return this.current.window(reader, options);
  }

  get pushed(): PushedState | undefined {
    return this.current.pushed;
  }

  pushes(): boolean | Promise<boolean> {
    if (this.joining !== undefined) return this.joining.then(() => this.pushes());
    return this.current.pushes?.() ?? true;
  }
}
