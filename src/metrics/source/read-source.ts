import type { Sliced } from '../../common/slices.js';
import { inSlices } from '../../common/slices.js';
import type { Reading } from '../collection/snapshot.js';
import type { MetricsSource, MetricsView, WindowOptions, WindowView } from './metrics-source.js';

/** Reads the current values, in time slices. */
export async function readNow<T>(source: MetricsSource, work: (view: MetricsView) => Sliced<T>): Promise<T> {
  const view = source.now();
  return inSlices(work(view instanceof Promise ? await view : view));
}

/**
 * Reads in the window of a reader, in time slices. If the read fails, its window is merged into the next one.
 *
 * @param work reads what it needs from the window.
 */
export async function readWindow<T>(
  source: MetricsSource,
  reader: string,
  work: (view: WindowView) => Sliced<T>,
  options?: WindowOptions,
): Promise<Reading<T>> {
  const opened = source.window(reader, options);
  const view = opened instanceof Promise ? await opened : opened;
  const giveBack = () => view.giveBack();
  try {
    return { metrics: await inSlices(work(view)), giveBack };
  } catch (thrown) {
    giveBack();
    throw thrown;
  }
}
