import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { SourcePositions } from './source-positions.js';

function fileWithBrokenMap(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'monitor-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, name);
  writeFileSync(file, 'one\ntwo\nthree\n');
  writeFileSync(`${file}.map`, '{"version":3,"sour');
  return file;
}

it('a source map that cannot be read is read once for a block, and not for each of its frames', () => {
  const file = fileWithBrokenMap('bundle.js');
  const positions = new SourcePositions(true);
  const find = () => positions.find({ file, line: 1, column: 1, name: 'run', enclosingLine: 1 });
  expect(find()).toEqual({ file, line: 1 });
  writeFileSync(`${file}.map`, JSON.stringify({ version: 3, sources: ['original.ts'], mappings: 'AAOA' }));
  expect(find()).toEqual({ file, line: 1 });
  expect(
    new SourcePositions(true).find({ file, line: 1, column: 1, name: 'run', enclosingLine: 1 }).line,
  ).toBe(8);
});

it('the line is not known in a TypeScript file that a loader has transpiled, also if its source map cannot be read', () => {
  const file = fileWithBrokenMap('reports.ts');
  const position = { file, line: 3, column: 1, name: 'buildReport', enclosingLine: 2 };
  expect(new SourcePositions(true).find(position)).toEqual({ file, line: 0 });
});
