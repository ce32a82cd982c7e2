/**
 * Builds the package into dist/:
 *
 *   dist/          ES modules, by `nest build`: what Node and bundlers load, by import and by require() alike
 *   dist/cjs/      the same as CommonJS, bundled: what Jest loads, which cannot load ES modules
 *
 * What a user installs is kept small:
 *
 *   - declaration files that no entry point reaches are removed
 *   - comments and white space are removed from the code: the comments are in the declaration files. The names of classes
 *     and functions stay, because Nest shows them.
 *   - the CommonJS is one file for each entry point, with what they share in dist/cjs/chunks/
 *   - large modules, such as the files of the dashboard, are there once: in CommonJS, which the ES modules load too
 *   - pprof-format is bundled into the one module that uses it: its package is twenty times the size of its code
 */
import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';
import { minify } from 'rolldown/experimental';
import ts from 'typescript';
import { buildDashboard } from '../dashboard/build.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'dist');
const COMMONJS = join(DIST, 'cjs');
const PAGE_FILES = 'endpoint/dashboard/page-files.js';
/** Large modules with little or nothing that they import, of which the CommonJS serves both builds. */
const SHARED = ['diagnostics/blocked-loop/worker.source.js', 'diagnostics/profiles/pprof.js'];
/**
 * Comments and white space are removed, but for a license. In the CommonJS, local variables are renamed too: that is what
 * tests load, of which nobody reads the code in production.
 */
const MINIFY = {
  compress: false,
  mangle: false,
  codegen: { removeWhitespace: true, legalComments: 'inline' },
};
const MINIFY_COMMONJS = { ...MINIFY, mangle: { toplevel: false, keepNames: true } };
const require = createRequire(import.meta.url);

rmSync(DIST, { recursive: true, force: true });
await buildModules();

const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
removeUnreachable(filesIn(DIST, '.d.ts'), entriesOf(exports, '.d.ts'));
for (const module of SHARED) await share(module, Object.keys(await import(join(DIST, module))));
await buildDashboard(join(COMMONJS, PAGE_FILES));
shareFromCommonJs(PAGE_FILES, ['ASSETS', 'HTML']);
await bundleCommonJs();
await Promise.all(filesIn(DIST, '.js').map(shrink));

async function buildModules() {
  try {
    await promisify(execFile)(process.execPath, [require.resolve('@nestjs/cli/bin/nest.js'), 'build'], {
      cwd: ROOT,
    });
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

/** The file of the ES modules for every file with this extension that the exports of package.json name. */
function entriesOf(target, extension) {
  if (typeof target !== 'string') {
    return [...new Set(Object.values(target).flatMap((inner) => entriesOf(inner, extension)))];
  }
  return target.endsWith(extension) ? [join(ROOT, target.replace('/dist/cjs/', '/dist/'))] : [];
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

/** Bundles a module with all that it imports, packages included, into the CommonJS. */
async function share(module, names) {
  const bundle = await rolldown({ input: join(DIST, module), platform: 'node' });
  await bundle.write({
    file: join(COMMONJS, module),
    format: 'cjs',
    codeSplitting: false,
    keepNames: true,
    comments: false,
    postBanner: ({ moduleIds }) => licensesOf(moduleIds),
  });
  await bundle.close();
  shareFromCommonJs(module, names);
}

function shareFromCommonJs(module, names) {
  const up = '../'.repeat(module.split('/').length - 1);
  writeFileSync(join(DIST, module), `export { ${names.join(', ')} } from '${up}cjs/${module}';\n`);
}

/** Of the packages that are bundled. */
function licensesOf(modules) {
  const packages = modules.map((id) => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id)?.[0]);
  return [...new Set(packages.filter((path) => path !== undefined))]
    .map((path) => `/*! Includes ${path.split(/[\\/]node_modules[\\/]/).at(-1)}:\n\n${licenseIn(path)}\n*/`)
    .join('\n');
}

function licenseIn(directory) {
  return readFileSync(join(directory, 'LICENSE'), 'utf8').trim();
}

async function shrink(path) {
  const options = path.startsWith(COMMONJS) ? MINIFY_COMMONJS : MINIFY;
  const { code, errors } = await minify(path, readFileSync(path, 'utf8'), options);
  if (errors.length > 0) throw errors[0];
  // Some tools find what a file imports by strings in quotes only.
  writeFileSync(path, code.replace(/\b(import|require)\(`([^`$\\]+)`\)/g, '$1("$2")'));
}

/** Made of the ES modules, with the same declaration files beside it. */
async function bundleCommonJs() {
  const entries = entriesOf(exports, '.js').map((path) => [relative(DIST, path).replace(/\.js$/, ''), path]);
  const bundle = await rolldown({
    input: Object.fromEntries(entries),
    platform: 'node',
    external: (id) => !/^[./]/.test(id) || sharedModule(id) !== undefined,
  });
  await bundle.write({
    dir: COMMONJS,
    format: 'cjs',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
    // Jest cannot import().
    dynamicImportInCjs: false,
    keepNames: true,
    // Only what is imported when it is needed imports them, which makes a chunk of it.
    paths: (id) => (sharedModule(id) === undefined ? id : `../${sharedModule(id)}`),
  });
  await bundle.close();
  for (const path of filesIn(DIST, '.d.ts')) {
    const copy = join(COMMONJS, relative(DIST, path));
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(path, copy);
  }
  writeFileSync(join(COMMONJS, 'package.json'), `${JSON.stringify({ type: 'commonjs' })}\n`);
}

function sharedModule(id) {
  return [PAGE_FILES, ...SHARED].find((module) => basename(module) === basename(id));
}
