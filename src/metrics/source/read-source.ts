import type { Sliced } from '../../common/slices.js';
import { inSlices } from '../../common/slices.js';
import type { Reading } from '../collection/snapshot.js';
import type { MetricsSource, MetricsView, WindowOptions, WindowView } from './metrics-source.js';

/** Reads what there is now, without holding the event loop up. */
export async function readNow<T>(source: MetricsSource, work: (view: MetricsView) => Sliced<T>): Promise<T> {
  const view = source.now();
  return inSlices(work(view instanceof Promise ? await view : view));
}

/**
 * Reads in the window of a reader, without holding the event loop up. A window whose read fails is given back.
 *
 * @param work takes what it likes from the window.
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
