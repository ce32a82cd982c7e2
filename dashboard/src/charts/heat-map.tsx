import { useEffect, useRef } from 'preact/hooks';
import type { HeatSteps } from '../data/tier-data.js';
import { clockTime } from '../format/time.js';
import { seconds } from '../format/units.js';
import { currentTheme } from './palette.js';

interface Props {
  readonly title: string;
  readonly help: string;
  readonly times: readonly number[];
  readonly heat: HeatSteps;
}

const ROW = 12;

/** Steps from left to right, durations from bottom to top; the darker a cell, the more values fell into it. */
export function HeatMap({ title, help, times, heat }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const rows = heat.bounds.length + 1;

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (element === null || !context) return;
    const columns = Math.max(times.length, 1);
    element.width = columns;
    element.height = rows;
    // Logarithmic, so that a cell with few values is visible beside one with very many.
    const most = Math.log1p(Math.max(1, ...heat.counts.flat()));
    const [red, green, blue] = currentTheme() === 'dark' ? [255, 157, 77] : [213, 94, 0];
    const image = context.createImageData(columns, rows);
    heat.counts.slice(-columns).forEach((counts, column) => {
      counts.forEach((values, bucket) => {
        const at = 4 * ((rows - 1 - bucket) * columns + column);
        image.data.set(
          [red ?? 0, green ?? 0, blue ?? 0, values === 0 ? 0 : 40 + 215 * (Math.log1p(values) / most)],
          at,
        );
      });
    });
    context.putImageData(image, 0, 0);
  });

  const labels = [...heat.bounds.map((bound) => `≤ ${seconds(bound)}`), `> ${seconds(heat.bounds.at(-1))}`];
  const first = times[0];
  const final = times.at(-1);
  return (
    <figure class="chart heat-map">
      <figcaption title={help}>
        <h3>{title}</h3>
      </figcaption>
      <div class="heat-map-body">
        <ol class="heat-map-labels" reversed>
          {labels.toReversed().map((label) => (
            <li key={label}>{label}</li>
          ))}
        </ol>
        <canvas
          ref={canvas}
          class="heat-map-canvas"
          role="img"
          aria-label={`${title}. ${describe(heat)}`}
          height={rows * ROW}
        />
      </div>
      {first !== undefined && final !== undefined && (
        <p class="axis">
          <span>{clockTime(first)}</span>
          <span>{clockTime(final)}</span>
        </p>
      )}
    </figure>
  );
}

function describe({ bounds, counts }: HeatSteps): string {
  const totals = [...bounds, Infinity].map((_, bucket) =>
    counts.reduce((total, step) => total + (step[bucket] ?? 0), 0),
  );
  const highest = totals.findLastIndex((total) => total > 0);
  if (highest < 0) return 'No values.';
  const bound = bounds[highest];
  return bound === undefined
    ? `The longest is above ${seconds(bounds.at(-1))}.`
    : `The longest is at most ${seconds(bound)}.`;
}
