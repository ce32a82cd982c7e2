import { Sparkline } from '../charts/sparkline.js';

export interface TileProps {
  readonly label: string;
  readonly value: string;
  /** A second, smaller line, such as the limit. */
  readonly detail?: string;
  readonly hour: readonly (number | null)[];
  readonly isBad?: boolean;
  readonly help: string;
}

/** One number, large, with the last hour small below it. */
export function Tile({ label, value, detail, hour, isBad, help }: TileProps) {
  return (
    <div class={isBad === true ? 'tile bad' : 'tile'} title={help}>
      <dt>{label}</dt>
      <dd>
        <span class="tile-value">{value}</span>
        {detail !== undefined && <span class="tile-detail">{detail}</span>}
        <Sparkline values={hour} />
      </dd>
    </div>
  );
}
