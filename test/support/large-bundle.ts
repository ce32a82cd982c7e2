import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

interface Bundle {
  /** Keeps the event loop busy for this many milliseconds of CPU time. It is line 42 of src/reports.ts. */
  readonly buildReport: (ms: number) => number;
}

const CODE = `exports.buildReport = function buildReport(ms) { const begin = process.cpuUsage().user; let sum = 0; while (process.cpuUsage().user - begin < ms * 1000) for (let i = 0; i < 1000; i++) sum += Math.sqrt(i); return sum; };`;

const LINES = 13_000;

/** A hundred segments with long original columns. */
const LINE_OF_MAPPINGS = Array.from({ length: 50 }, () => 'CAAggggBA,CAAhgggBA').join(',');

/** Loads a bundle with a source map of 13 MB, which has 1.3 million segments. */
export async function loadLargeBundle(): Promise<Bundle> {
  const directory = await mkdtemp(join(tmpdir(), 'monitor-bundle-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const path = join(directory, 'main.cjs');
  const filler = `// ${'x'.repeat(200)}\n`.repeat(LINES);
  await writeFile(path, `${filler}${CODE}\n//# sourceMappingURL=main.cjs.map\n`);
  const map = {
    version: 3,
    sources: ['src/filler.ts', 'src/reports.ts'],
    names: [],
    // The first line of the filler is line 1 of its original, and the code is line 42 of its own.
    mappings: `${`${LINE_OF_MAPPINGS};`.repeat(LINES)}ACyCA`,
  };
  await writeFile(`${path}.map`, JSON.stringify(map));
  return createRequire(import.meta.url)(path) as Bundle;
}
