interface Props {
  readonly values: readonly (number | null)[];
}

const [WIDTH, HEIGHT] = [120, 28];

/** The shape of the last hour, without axes. Screen readers skip it: the number beside it says what matters. */
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
      const command = isPenDown ? 'L' : 'M';
      isPenDown = true;
      return `${command}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}
