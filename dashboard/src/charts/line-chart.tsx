import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { Format } from '../format/units.js';
import { axisOf } from '../format/axis.js';
import { axisTime, clockTime } from '../format/time.js';
import { usePage } from '../state.js';
import { currentTheme, seriesColour, themeColour } from './palette.js';

export interface Line {
  readonly label: string;
  readonly values: readonly (number | null)[];
  /** A line in the colour of the last one before it that is not dashed, such as the maximum beside the median. */
  readonly isDashed?: boolean;
  /** The index in the palette. Default: the index of the line among those that are not dashed. */
  readonly colour?: number;
}

interface Props {
  readonly title: string;
  /** One sentence that says what is measured. */
  readonly help: string;
  /** Milliseconds since 1970. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly format: Format;
  /** Fills the area below the first line. */
  readonly isFilled?: boolean;
  /** The axis reaches at least this value. */
  readonly atLeast?: number;
}

const HEIGHT = 170;

/** All charts of the page share one cursor and one zoom. */
const CURSOR = 'monitor';

export function LineChart({ title, help, times, lines, format, isFilled, atLeast }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const { setZoom, zoom } = usePage();
  const shape = lines.map(({ label, isDashed }) => `${label}${isDashed === true ? '-' : ''}`).join('|');
  const theme = currentTheme();

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const made = new uPlot(
      optionsFor(element.clientWidth, lines, {
        format,
        isFilled: isFilled === true,
        atLeast: atLeast ?? axisOf(format).atLeast,
        setZoom,
      }),
      dataFor(times, lines),
      element,
    );
    chart.current = made;
    const resize = new ResizeObserver(() => {
      if (element.clientWidth > 0) made.setSize({ width: element.clientWidth, height: HEIGHT });
    });
    resize.observe(element);
    return () => {
      resize.disconnect();
      made.destroy();
      chart.current = undefined;
    };
  }, [shape, theme]);

  useEffect(() => {
    chart.current?.setData(dataFor(times, lines));
  });

  const isEmpty = !lines.some(({ values }) => values.some((value) => value !== null));
  return (
    <figure class="chart">
      <figcaption title={help}>
        <h3>{title}</h3>
        {zoom !== undefined && (
          <button type="button" class="link" onClick={() => setZoom(undefined)}>
            Reset zoom
          </button>
        )}
      </figcaption>
      <div ref={box} role="img" aria-label={`${title}. ${summary(lines, format)}`} />
      {isEmpty && <p class="empty">No values yet.</p>}
    </figure>
  );
}

interface ChartLook {
  readonly format: Format;
  readonly isFilled: boolean;
  readonly atLeast: number;
  readonly setZoom: (zoom: { from: number; to: number } | undefined) => void;
}

/** Zero is always in it, so that the height of a line shows its value. Without values, the extremes are `null`. */
function rangeOf(min: number | null, max: number | null, atLeast: number): [number, number] {
  const [lowest, highest] = [min ?? 0, max ?? 0];
  if (lowest < 0) return [lowest * 1.1, Math.max(highest * 1.1, 0)];
  return [0, Math.max(highest * 1.1, atLeast)];
}

function optionsFor(width: number, lines: readonly Line[], look: ChartLook): uPlot.Options {
  const { format, isFilled, atLeast, setZoom } = look;
  const axis = {
    stroke: themeColour('muted'),
    grid: { stroke: themeColour('line'), width: 1 },
    ticks: { stroke: themeColour('line'), width: 1 },
    font: '11px system-ui, sans-serif',
  };
  const theme = currentTheme();
  let next = -1;
  return {
    width: Math.max(width, 100),
    height: HEIGHT,
    padding: [8, null, 0, 0],
    cursor: { sync: { key: CURSOR }, drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
    legend: { live: true },
    scales: {
      x: { time: true },
      y: { range: (_chart, min, max) => rangeOf(min, max, atLeast) },
    },
    axes: [
      {
        ...axis,
        size: 28,
        space: 70,
        values: (_chart, splits) => splits.map((split) => axisTime(split * 1000)),
      },
      {
        ...axis,
        size: 62,
        incrs: axisOf(format).steps,
        values: (_chart, splits) => splits.map((split) => format(split)),
      },
    ],
    series: [
      { label: 'Time', value: (_chart, time) => (time === null ? '–' : clockTime(time * 1000)) },
      ...lines.map(({ label, isDashed, colour }, at): uPlot.Series => {
        if (isDashed !== true) next++;
        const stroke = seriesColour(theme, colour ?? Math.max(next, 0));
        return {
          label,
          stroke,
          width: 1.5,
          spanGaps: false,
          points: { show: false, size: 4, fill: stroke, filter: isolated },
          ...(isDashed === true && { dash: [4, 3] }),
          ...(isFilled && at === 0 && { fill: `${stroke}26` }),
          value: (_chart, value) => format(value),
        };
      }),
    ],
    hooks: {
      // Without a cursor in the chart, the legend has the latest values.
      setData: [(chart) => showLatest(chart)],
      setCursor: [
        (chart) => {
          if (chart.cursor.idx === null || chart.cursor.idx === undefined) showLatest(chart);
        },
      ],
      setSelect: [
        (chart) => {
          const { left, width: selected } = chart.select;
          if (selected < 8) return;
          const [from, to] = [chart.posToVal(left, 'x'), chart.posToVal(left + selected, 'x')];
          chart.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
          // Between two steps, there is nothing to show.
          if (chart.data[0].some((time) => time >= from && time <= to)) {
            setZoom({ from: from * 1000, to: to * 1000 });
          }
        },
      ],
    },
  };
}

function showLatest(chart: uPlot): void {
  if (chart.cursor.idx !== null && chart.cursor.idx !== undefined) return;
  const idx = chart.data[0].length - 1;
  if (idx >= 0) chart.setLegend({ idx }, false);
}

function dataFor(times: readonly number[], lines: readonly Line[]): uPlot.AlignedData {
  return [
    times.map((time) => time / 1000),
    ...lines.map(({ values }) => times.map((_time, at) => values[at] ?? null)),
  ];
}

/** The description of the chart for screen readers. */
function summary(lines: readonly Line[], format: Format): string {
  return lines
    .map(({ label, values }) => {
      const known = values.filter((value) => value !== null);
      const now = known.at(-1);
      return now === undefined
        ? `${label}: no values`
        : `${label}: now ${format(now)}, highest ${format(Math.max(...known))}`;
    })
    .join('; ');
}

/** Values without a neighbour. No line goes through them, so they are drawn as points. */
function isolated(chart: uPlot, series: number): number[] {
  const values = chart.data[series] ?? [];
  const isMissing = (at: number) => (values[at] ?? null) === null;
  return [...values.keys()].filter((at) => !isMissing(at) && isMissing(at - 1) && isMissing(at + 1));
}
