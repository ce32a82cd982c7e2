import { describe, expect, it } from 'vitest';
import { DiagnosedProcess } from '../support/diagnosed-process.js';
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

const SHAPES = ['objects', 'strings', 'numbers', 'closures'];

/** Less than 15 times 200 MB, beyond what Node reserves. */
const LIMITED = { launcher: ['/bin/sh', '-c', 'ulimit -v 3500000; exec "$@"', 'sh'] };

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
      // And the next one may be taken when it is over.
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
  }, 120_000);

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
  }, 120_000);

  it.skipIf(NEEDS_LINUX.isMissing)(
    `is taken whole or refused with its arithmetic under ulimit, again and again, and never kills the process${NEEDS_LINUX.reason}`,
    async () => {
      const running = new DiagnosedProcess(LIMITED);
      const url = await running.open();
      const small = await take(url);
      expect(small.status).toBe(200);
      expectWhole(await small.text());
      for (const shape of SHAPES) {
        await running.do(`fill-${shape}`);
        for (let attempt = 0; attempt < 12; attempt++) {
          const response = await take(url);
          const reason = await response.text();
          expect(response.status, shape).toBe(507);
          expect(reason).toMatch(
            /^A heap snapshot takes up to 15 times the heap: 15 x \d+ MB = \d+ MB, and there are -?\d+ MB/,
          );
        }
      }
      const { code } = await running.end();
      expect(code).toBe(0);
    },
    240_000,
  );
});
