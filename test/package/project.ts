import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npm, runNode } from './child-process.js';
import type { Outcome } from './child-process.js';
import { only } from '../support/present.js';

/** The root of this repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What a user writes, see `app/main.ts` and `exporters/main.ts`. */
const SOURCES = {
  app: fileURLToPath(new URL('./app', import.meta.url)),
  exporters: fileURLToPath(new URL('./exporters', import.meta.url)),
};

/** What `npm pack` says it has put into the tarball. */
export interface Tarball {
  path: string;
  size: number;
  unpackedSize: number;
  files: string[];
}

/** A directory outside the tree, from which nothing of ours is found by accident. */
export function makeTemporaryDirectory(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'nestjs-monitor-package-')));
}

export function removeDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
}

/** Packs what is built. It does not build by itself, because other tests may be using dist/. */
export async function pack(destination: string): Promise<Tarball> {
  if (!existsSync(join(ROOT, 'dist/index.js'))) {
    throw new Error('There is no dist/ to pack. Run "npm run build" first, as "npm test" does.');
  }
  const answer = await npm(['pack', '--json', '--ignore-scripts', '--pack-destination', destination], ROOT);
  const { filename, size, unpackedSize, files } = only(Object.values(JSON.parse(answer) as PackedPackage[]));
  return {
    path: join(destination, filename),
    size,
    unpackedSize,
    files: files.map(({ path }) => path).sort(),
  };
}

interface PackedPackage {
  filename: string;
  size: number;
  unpackedSize: number;
  files: { path: string }[];
}

/**
 * A project of a user with these packages installed. The application is in it twice: in `esm/`, which is an ES
 * module, and in `cjs/`, which is CommonJS.
 */
export async function makeProject(
  directory: string,
  packages: string[],
  source: keyof typeof SOURCES = 'app',
): Promise<void> {
  cpSync(SOURCES[source], join(directory, 'esm'), { recursive: true });
  cpSync(SOURCES[source], join(directory, 'cjs'), { recursive: true });
  writeJson(join(directory, 'esm/package.json'), { private: true, type: 'module' });
  writeJson(join(directory, 'cjs/package.json'), { private: true, type: 'commonjs' });
  writeJson(join(directory, 'package.json'), { private: true });
  writeJson(join(directory, 'tsconfig.json'), {
    compilerOptions: {
      module: 'nodenext',
      target: 'es2023',
      strict: true,
      skipLibCheck: false,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      types: ['node'],
    },
    include: ['esm', 'cjs'],
  });
  await npm(['install', '--no-audit', '--no-fund', '--prefer-offline', ...packages], directory);
}

/** Checks the types of a project, and compiles it to JavaScript. */
export function compile(directory: string, installed = 'node_modules'): Promise<Outcome> {
  return runNode([join(installed, 'typescript/bin/tsc'), '--pretty', 'false', '--project', '.'], directory);
}

/** The version of a package that is installed in a project. */
export function installedVersion(directory: string, name: string): string {
  const manifest = readFileSync(join(directory, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

function writeJson(path: string, value: object): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}
