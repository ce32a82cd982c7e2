import { describe, expect, it } from 'vitest';
import { DiagnosedProcess } from '../support/diagnosed-process.js';
import type { MemoryGroup } from '../support/memory-group.js';
import { limitedGroup } from '../support/memory-group.js';
import { present } from '../support/present.js';
import { NEEDS_LINUX } from '../support/tools.js';

interface HeapSnapshot {
  snapshot: { meta: { node_fields: string[] }; node_count: number };
  nodes: number[];
}

const take = (url: string, coding = 'gzip') =>
  fetch(`${url}/monitor/heap-snapshot`, { method: 'POST', headers: { 'Accept-Encoding': coding } });

/** A snapshot that is whole: each of its nodes is there. */
function expectWhole(text: string): void {
  const { snapshot, nodes } = JSON.parse(text) as HeapSnapshot;
  expect(snapshot.node_count).toBeGreaterThan(1000);
  expect(nodes).toHaveLength(snapshot.node_count * snapshot.meta.node_fields.length);
}

/** What fills the heap. Many small objects need the most memory for a snapshot, large strings the least. */
const SHAPES = ['objects', 'closures', 'maps', 'numbers', 'strings'];

/**
 * How much of the available memory a snapshot may need, in percent: above 100 it is refused, far below it is taken. Just below, it
 * depends on what the request itself allocates.
 */
const SHARES = [85, 110, 60, 200, 98];

const SHORT = 4;

/** `npm run test:heap-snapshots` makes 50. */
const ATTEMPTS = Number(process.env.HEAP_SNAPSHOT_ATTEMPTS ?? SHORT);

/** Beyond the 1.3 GB of addresses that Node reserves. */
const BY_ULIMIT = ['/bin/sh', '-c', 'ulimit -v 2500000; exec "$@"', 'sh'];

/** The memory limit of a control group, in bytes. A snapshot of a larger heap takes longer. */
const GROUP_LIMIT = ATTEMPTS > SHORT ? 1_100_000_000 : 900_000_000;

describe('A heap snapshot', () => {
  it.each(['gzip', 'identity'])(
    'is complete, as %s',
    async (coding) => {
      const running = new DiagnosedProcess();
      const url = await running.open();
      const response = await take(url, coding);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-encoding')).toBe(coding === 'gzip' ? 'gzip' : null);
      expect(response.headers.get('content-disposition')).toMatch(/filename="heap-.*\.heapsnapshot"/);
      expectWhole(await response.text());
      // The next one can be taken when it has ended.
      const third = await take(url);
      expect(third.status).toBe(200);
      expectWhole(await third.text());
    },
    120_000,
  );

  it('runs one at a time: a second client is told which client takes one, and since when', async () => {
    const running = new DiagnosedProcess();
    const url = await running.open();
    await running.do('begin-snapshot');
    const refused = await take(url);
    expect(refused.status).toBe(409);
    expect(await refused.text()).toMatch(
      /^Busy with a heap snapshot, since 20.*Z, for the application itself/,
    );
    await running.do('drop-snapshot');
    expect((await fetch(`${url}/monitor/report`)).status).toBe(200);
  });

  it('that ends early because the application closes is an aborted response', async () => {
    const running = new DiagnosedProcess();
    const url = await running.open();
    const response = await take(url, 'identity');
    const reader = present(response.body).getReader();
    await reader.read();
    await running.do('close');
    const read = async () => {
      for (;;) if ((await reader.read()).done) return 'whole';
    };
    await expect(read()).rejects.toThrow();
  });

  it('that code has passed to pipe() does not end the process when the application closes', async () => {
    const running = new DiagnosedProcess();
    await running.open();
    await running.do('begin-snapshot');
    await running.do('pipe-snapshot');
    expect(await running.end()).toEqual({ code: 0, signal: null, stderr: '', rest: [] });
  });

  it.skipIf(NEEDS_LINUX.isMissing)(
    `is taken whole or refused with its arithmetic where memory is limited, and never kills the process${NEEDS_LINUX.reason}`,
    async () => {
      const taken: Attempt[] = [];
      for (let i = 0; i < ATTEMPTS; i++) {
        // Each pass through the lists combines shapes and shares differently.
        const shape = at(SHAPES, i);
        const share = at(SHARES, i + Math.floor(i / SHAPES.length));
        taken.push(await attempt(shape, share, i % 2 === 0 ? limitedGroup(GROUP_LIMIT) : undefined));
      }
      if (ATTEMPTS > SHORT) console.table(taken);
      for (const one of taken) {
        const statuses = one.share > 100 ? [507] : one.share > 90 ? [200, 507] : [200];
        expect(statuses, JSON.stringify(one)).toContain(one.status);
        expect(one.exit).toBe(0);
      }
    },
    ATTEMPTS * 60_000,
  );
});

interface Attempt {
  shape: string;
  share: number;
  limit: string;
  status: number;
  heap: string;
  /** The highest memory use, in percent of the limit of the control group. */
  peak: string;
  exit: unknown;
}

/** One snapshot of a process of its own whose heap has been filled. */
async function attempt(shape: string, share: number, group: MemoryGroup | undefined): Promise<Attempt> {
  const running = new DiagnosedProcess({
    launcher: group?.launcher ?? BY_ULIMIT,
    flags: ['--expose-gc', '--max-old-space-size=150'],
  });
  const url = await running.open();
  await running.do(`fill-${shape}-${share}`);
  const response = await take(url);
  const text = await response.text();
  if (response.status === 200) expectWhole(text);
  else expect(text).toMatch(REFUSAL);
  const { code, signal } = await running.end();
  const [, heap = ''] = REFUSAL.exec(text) ?? [];
  const peak = group === undefined ? '' : `${Math.round(group.peak() * 100)} %`;
  return {
    shape,
    share,
    limit: group === undefined ? 'ulimit -v' : 'control group',
    status: response.status,
    heap,
    peak,
    exit: code ?? signal,
  };
}

const REFUSAL =
  /^A heap snapshot takes up to 15 times the heap: 15 x (\d+ MB) = \d+ MB; and as much again while its tables grow: \d+ MB in all\. There are -?\d+ MB /;

function at<T>(list: readonly T[], i: number): T {
  return present(list[i % list.length]);
}
