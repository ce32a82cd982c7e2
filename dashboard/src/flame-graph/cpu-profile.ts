/** The parts of a `.cpuprofile` and of a `.heapprofile` that the flame graph shows. */
export interface CpuProfile {
  readonly nodes: readonly CpuNode[];
  readonly samples?: readonly number[];
  readonly timeDeltas?: readonly number[];
}

interface CpuNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly children?: readonly number[];
}

export interface HeapProfile {
  readonly head: HeapNode;
}

interface HeapNode {
  readonly callFrame: CallFrame;
  readonly selfSize: number;
  readonly children: readonly HeapNode[];
}

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

/** One function of a call tree, with all that it called. */
export interface Frame {
  readonly name: string;
  readonly place: string;
  /** Itself and everything below, in seconds or bytes. */
  readonly total: number;
  readonly self: number;
  readonly children: readonly Frame[];
}

/** @returns the call tree in seconds */
export function cpuTree({ nodes, samples = [], timeDeltas = [] }: CpuProfile): Frame {
  const self = new Map<number, number>();
  samples.forEach((id, at) => self.set(id, (self.get(id) ?? 0) + (timeDeltas[at] ?? 0) / 1e6));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const build = (node: CpuNode): Frame => {
    const children = (node.children ?? []).flatMap((id) => {
      const child = byId.get(id);
      // Left out: starting the profiler can take longer than everything that the application does meanwhile.
      return child === undefined || child.callFrame.url === 'node:inspector' ? [] : [build(child)];
    });
    return frameOf(node.callFrame, self.get(node.id) ?? 0, children);
  };
  const [root] = nodes;
  if (root === undefined) return frameOf(NO_FRAME, 0, []);
  const tree = build(root);
  // Idle time is left out: the graph shows what the process did.
  const children = tree.children.filter(({ name }) => name !== '(idle)');
  return frameOf({ ...NO_FRAME, functionName: 'all' }, tree.self, children);
}

/** @returns the call tree in bytes */
export function heapTree({ head }: HeapProfile): Frame {
  const build = (node: HeapNode): Frame => frameOf(node.callFrame, node.selfSize, node.children.map(build));
  return { ...build(head), name: 'all' };
}

const NO_FRAME: CallFrame = { functionName: '', url: '', lineNumber: -1 };

function frameOf(
  { functionName, url, lineNumber }: CallFrame,
  self: number,
  children: readonly Frame[],
): Frame {
  return {
    name: functionName === '' ? '(anonymous)' : functionName,
    place: url === '' ? '' : `${url.replace(/^file:\/\//, '')}:${lineNumber + 1}`,
    total: children.reduce((sum, child) => sum + child.total, self),
    self,
    children: children.filter(({ total }) => total > 0).toSorted((a, b) => b.total - a.total),
  };
}
