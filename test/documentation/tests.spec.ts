import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeTemporaryDirectory, removeDirectory } from '../package/project.js';
import { environment } from '../support/scripts.js';
import { pageOf } from './pages.js';
import { fileOf, linkPackages } from './typescript.js';

/** Pages with tests for the application of a reader. */
const RUN = ['README.md', 'docs/testing.md'];

const IMPORT = /^import \{ (.*) \} from 'vitest';.*$/m;
const DECORATORS = { experimentalDecorators: true, emitDecoratorMetadata: true };

/** Their blocks with tests, and the files that these import. */
const FILES = RUN.map(pageOf).flatMap((page) =>
  page.blocks
    .filter(({ language, code }) => language === 'ts' && (IMPORT.test(code) || code.startsWith('// src/')))
    .map((block) => ({
      directory: page.path.replaceAll('/', '-'),
      file: IMPORT.test(block.code) ? fileOf(block).replace(/\.ts$/, '.spec.ts') : fileOf(block),
      code: block.code,
    })),
);
const TESTS = FILES.flatMap(({ code }) =>
  [...code.matchAll(/^it\('(.*?)',/gm)].map(([, title = '']) => title),
).toSorted((one, other) => one.localeCompare(other));

const { resolve } = createRequire(import.meta.url);
const DIRECTORY = makeTemporaryDirectory();

beforeAll(() => linkPackages(DIRECTORY));

afterAll(() => removeDirectory(DIRECTORY));

it('the printed tests of an application pass in Vitest, which then ends', async () => {
  const project = write('vitest', { type: 'module' }, (code) => code);
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: DECORATORS }));
  const vitest = join(dirname(resolve('vitest/package.json')), 'vitest.mjs');
  expect(await passedIn(project, [vitest, 'run', '--reporter', 'json'])).toEqual(TESTS);
});

it('the printed tests of an application pass in Jest, which then ends', async () => {
  const jest = { testMatch: ['**/*.spec.js'], transform: {}, testTimeout: 60_000 };
  const project = write('jest', { type: 'module', jest }, toJest, '.js');
  const program = join(dirname(resolve('jest')), '../bin/jest.js');
  const flags = ['--experimental-vm-modules', '--no-warnings'];
  expect(await passedIn(project, [...flags, program, '--json', '--runInBand'])).toEqual(TESTS);
});

function write(name: string, manifest: object, compile: (code: string) => string, extension = '.ts'): string {
  const project = join(DIRECTORY, name);
  for (const { directory, file, code } of FILES) {
    mkdirSync(join(project, directory), { recursive: true });
    writeFileSync(join(project, directory, file.replace(/\.ts$/, extension)), compile(code));
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  return project;
}

/** Compiles as ts-jest does. Jest has the functions that the pages import from Vitest, one of them under another name. */
function toJest(code: string): string {
  const names = (_: string, list: string) =>
    `import { ${list.replace(/\bvi\b/, 'jest as vi')} } from '@jest/globals';`;
  const compilerOptions = { ...DECORATORS, module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 };
  return ts.transpileModule(code.replace(IMPORT, names), { compilerOptions }).outputText;
}

/** Runs all tests, and returns the names of those that passed. */
async function passedIn(cwd: string, args: string[]): Promise<string[]> {
  // Jest waits forever for a server that a test leaves open.
  const options = { cwd, env: environment(), timeout: 120_000 };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, options);
  expect(stderr).not.toMatch(/did not exit|failed to exit|torn down|close timed out/);
  const report = JSON.parse(stdout) as {
    testResults: { assertionResults: { title: string; status: string }[] }[];
  };
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  return tests
    .filter(({ status }) => status === 'passed')
    .map(({ title }) => title)
    .toSorted((one, other) => one.localeCompare(other));
}
