import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ProfileNode, ProfileTree } from './profile-tree.js';

/** A profile as a gzipped protocol buffer, which `go tool pprof` reads. */
export async function pprof({ measure, ...tree }: ProfileTree): Promise<Buffer> {
  // Loaded only when it is needed.
  const { Function, Line, Location, Profile, Sample, StringTable, ValueType } = await import('pprof-format');
  const strings = new StringTable();
  const valueType = new ValueType({ type: strings.dedup(measure.type), unit: strings.dedup(measure.unit) });
  const functions: InstanceType<typeof Function>[] = [];
  const locations: InstanceType<typeof Location>[] = [];
  const samples: InstanceType<typeof Sample>[] = [];
  const ids = new Map<string, number>();
  const locationOf = ({ function: name, file, line }: ProfileNode): number => {
    const key = `${name}\n${file}\n${line}`;
    let id = ids.get(key);
    if (id === undefined) {
      ids.set(key, (id = ids.size + 1));
      const [nameId, filename] = [strings.dedup(name), strings.dedup(file)];
      functions.push(new Function({ id, name: nameId, systemName: nameId, filename, startLine: line }));
      locations.push(new Location({ id, line: [new Line({ functionId: id, line })] }));
    }
    return id;
  };
  const visit = (node: ProfileNode, above: readonly number[]): void => {
    // pprof lists the innermost frame first.
    const stack = [locationOf(node), ...above];
    if (node.self > 0) samples.push(new Sample({ locationId: stack, value: [Math.round(node.self)] }));
    for (const child of node.children) visit(child, stack);
  };
  for (const root of tree.roots) visit(root, []);
  const profile = new Profile({
    sampleType: [valueType],
    sample: samples,
    function: functions,
    location: locations,
    stringTable: strings,
    timeNanos: BigInt(Math.round(tree.startTime)) * 1_000_000n,
    durationNanos: Math.round(tree.duration * 1e6),
    periodType: valueType,
    period: tree.period,
  });
  return promisify(gzip)(await profile.encodeAsync());
}
