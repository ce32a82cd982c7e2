/**
 * Builds the package into dist/:
 *
 *   dist/          ES modules, by `nest build`: what Node and bundlers load, by import and by require() alike
 *   dist/cjs/      the same as CommonJS: what Jest loads, which cannot load ES modules
 *
 * The files of the dashboard are one module in each of them.
 *
 * Of the declaration files, those that no entry point reaches are removed; of the code, the comments, which are in the
 * declaration files. Both would be a good part of what a user installs.
 */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { buildDashboard } from '../dashboard/build.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'dist');
const COMMONJS = join(DIST, 'cjs');
const require = createRequire(import.meta.url);

rmSync(DIST, { recursive: true, force: true });
await Promise.all([
  run(require.resolve('@nestjs/cli/bin/nest.js'), 'build'),
  run(require.resolve('typescript/bin/tsc'), '--project', 'tsconfig.commonjs.json'),
]);
writeFileSync(join(COMMONJS, 'package.json'), `${JSON.stringify({ type: 'commonjs' })}\n`);

const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
removeUnreachable(filesIn(DIST, '.d.ts'), entriesOf(exports, '.d.ts'));
for (const path of filesIn(DIST, '.js')) writeFileSync(path, withoutComments(path));

const PAGE_FILES = 'endpoint/dashboard/page-files.js';
await buildDashboard({ module: join(DIST, PAGE_FILES), commonjs: join(COMMONJS, PAGE_FILES) });

async function run(...args) {
  try {
    await promisify(execFile)(process.execPath, args, { cwd: ROOT });
  } catch (error) {
    console.error(`${error.stdout}${error.stderr}`);
    process.exit(1);
  }
}

function filesIn(directory, extension) {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(extension))
    .map((path) => join(directory, path));
}

/** Every file with this extension that the exports of package.json name, under whatever conditions. */
function entriesOf(target, extension) {
  if (typeof target === 'string') return target.endsWith(extension) ? [join(ROOT, target)] : [];
  return Object.values(target).flatMap((inner) => entriesOf(inner, extension));
}

function removeUnreachable(declarations, entries) {
  const reached = new Set();
  const visit = (path) => {
    if (reached.has(path)) return;
    reached.add(path);
    const { importedFiles } = ts.preProcessFile(readFileSync(path, 'utf8'));
    for (const { fileName } of importedFiles) {
      if (!fileName.startsWith('.')) continue;
      const declaration = resolve(dirname(path), fileName.replace(/\.js$/, '.d.ts'));
      if (!existsSync(declaration)) throw new Error(`${path} imports ${fileName}, which has no types.`);
      visit(declaration);
    }
  };
  entries.forEach(visit);
  for (const path of declarations) if (!reached.has(path)) rmSync(path);
}

function withoutComments(path) {
  const { outputText } = ts.transpileModule(readFileSync(path, 'utf8'), {
    fileName: path,
    compilerOptions: {
      allowJs: true,
      module: ts.ModuleKind.Preserve,
      target: ts.ScriptTarget.ES2023,
      removeComments: true,
    },
  });
  return outputText;
}
