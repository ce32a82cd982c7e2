import { useState } from 'preact/hooks';
import type { Format } from '../format/units.js';
import { percent } from '../format/units.js';
import type { Frame } from './cpu-profile.js';

interface Props {
  readonly root: Frame;
  readonly format: Format;
}

/** Frames that are narrower than this share of the graph are left out: they cannot be read or clicked. */
const NARROWEST = 0.002;

const DEEPEST = 60;

interface Box {
  readonly frame: Frame;
  readonly path: string;
  readonly left: number;
  readonly width: number;
  readonly depth: number;
}

/** Callers above, callees below, as wide as the time or memory that they and their callees took. A click zooms in. */
export function FlameGraph({ root, format }: Props) {
  const [zoomed, setZoomed] = useState<Frame>();
  const top = zoomed ?? root;
  const boxes = layOut(top);
  const depth = boxes.reduce((most, box) => Math.max(most, box.depth), 0);
  return (
    <div class="flame-graph">
      <p>
        {zoomed === undefined ? (
          'Click a frame to zoom in.'
        ) : (
          <button type="button" onClick={() => setZoomed(undefined)}>
            Show all
          </button>
        )}
      </p>
      <div
        class="flame-graph-frames"
        style={{ height: `${(depth + 1) * 20}px` }}
        role="tree"
        aria-label="Flame graph"
      >
        {boxes.map(({ frame, path, left, width, depth: at }) => (
          <button
            key={path}
            type="button"
            role="treeitem"
            aria-level={at + 1}
            class={`flame ${originOf(frame)}`}
            style={{ left: `${left * 100}%`, width: `${width * 100}%`, top: `${at * 20}px` }}
            title={`${frame.name}\n${frame.place}\ntotal ${format(frame.total)} (${percent(frame.total / root.total)}), self ${format(frame.self)}`}
            onClick={() => setZoomed(frame)}
          >
            {width > 0.02 ? frame.name : ''}
          </button>
        ))}
      </div>
    </div>
  );
}

function layOut(top: Frame): Box[] {
  const boxes: Box[] = [];
  const place = (frame: Frame, path: string, left: number, depth: number): void => {
    const width = top.total === 0 ? 1 : frame.total / top.total;
    if (width < NARROWEST || depth > DEEPEST) return;
    boxes.push({ frame, path, left, width, depth });
    let offset = left;
    frame.children.forEach((child, at) => {
      place(child, `${path}/${at}`, offset, depth + 1);
      offset += top.total === 0 ? 0 : child.total / top.total;
    });
  };
  place(top, '', 0, 0);
  return boxes;
}

/** Where the code comes from: the application's own stands out. */
function originOf({ place, name }: Frame): string {
  if (place.includes('node_modules')) return 'library';
  if (place.startsWith('node:') || place === '' || name.startsWith('(')) return 'runtime';
  return 'application';
}
