import type { MetricsSource, MetricsView, PushedState, WindowOptions, WindowView } from './metrics-source.js';

/** The source that all readers use: this process or, once it is in a group, all processes of the group. */
export class CurrentSource implements MetricsSource {
  private current: MetricsSource;
  private joining: Promise<unknown> | undefined;

  /** @param local the numbers of this process. */
  constructor(readonly local: MetricsSource) {
    this.current = local;
  }

  /** @param source `undefined` to return to the local one. */
  use(source: MetricsSource | undefined): void {
    this.current = source ?? this.local;
  }

  /** Delays `pushes()` until it is known whether there are other processes, which may push the same numbers. */
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
