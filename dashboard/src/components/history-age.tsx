import { clockTime } from '../format/time.js';
import { RANGES, stepsIn, usePage } from '../state.js';

/** Explains why the charts are not full: the history is shorter than the range. */
export function HistoryAge() {
  const { store, range, zoom } = usePage();
  const { step, steps } = stepsIn({ store, range });
  const { label, step: fullStep, steps: fullSteps } = RANGES[range];
  const times = store.times(step);
  const [first] = times;
  if (zoom !== undefined || Math.min(times.length, steps) * step >= (fullSteps - 1) * fullStep) return null;
  return (
    <p class="history-age">
      {first === undefined
        ? 'The process has just started. The first values come in a few seconds.'
        : `The history begins at ${clockTime(first)}, so there is less than ${label} of it.`}
    </p>
  );
}
