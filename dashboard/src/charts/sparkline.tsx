interface Props {
  readonly values: readonly (number | null)[];
}

const [WIDTH, HEIGHT] = [120, 28];

/** The last hour as a line, without axes. It is hidden from screen readers, which read the number beside it. */
export function Sparkline({ values }: Props) {
  const known = values.filter((value) => value !== null);
  const most = Math.max(...known, 1e-9);
  let isPenDown = false;
  const path = values
    .map((value, at) => {
      if (value === null) {
        isPenDown = false;
        return '';
      }
      const x = values.length < 2 ? 0 : (at / (values.length - 1)) * WIDTH;
      const y = HEIGHT - 2 - (value / most) * (HEIGHT - 4);
      const point = `${x.toFixed(1)} ${y.toFixed(1)}`;
      // A line that begins and ends there is visible as a dot if no other point follows.
      const line = isPenDown ? `L${point}` : `M${point}L${point}`;
      isPenDown = true;
      return line;
    })
    .join('');
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}
