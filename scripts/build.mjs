/**
 * Builds the package into dist/, by way of build/, where `nest build` compiles src/ to ES modules:
 *
 *   dist/          ES modules: what Node and bundlers load, by import and by require() alike
 *   dist/cjs/      the same as CommonJS, bundled: what Jest loads, which cannot load ES modules
 *
 * What a user installs is kept small:
 *
 *   - a module that imports nothing but Node's own modules, such as the registry, is included once: in CommonJS, which the ES
 *     modules load too. Those that import Nest or another peer are included twice, as are declaration files.
 *   - files that no entry point reaches are left out
 *   - comments and white space are removed from the code: the comments are in the declaration files, but for those of types that only
 *     the constructors of classes refer to, which Nest calls. The names of classes
 *     and functions stay, because Nest shows them. A statement that makes or throws an error is on a
 *     line of its own, because Node prints that line.
 *   - pprof-format is bundled into the one module that uses it: its package is twenty times the size of its code
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';
import { minify } from 'rolldown/experimental';
import ts from 'typescript';
import { buildDashboard } from '../dashboard/build.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUILD = join(ROOT, 'build');
const DIST = join(ROOT, 'dist');
const COMMONJS = join(DIST, 'cjs');
/** A small package of CommonJS, which is installed with ours. */
const DEPENDENCIES = ['pidusage'];
const BUNDLED = ['pprof-format'];
/** These determine the location of the build that they belong to, and so each build has its own. */
const OF_EACH_BUILD = ['common/this-copy.js', 'common/stack-files.js'].map((path) => join(BUILD, path));
/**
 * Comments and white space are removed, but for a license. In the CommonJS, local variables are renamed too, but for the
 * names of classes and functions.
 */
const MINIFY = {
  compress: false,
  mangle: false,
  codegen: { removeWhitespace: true, legalComments: 'inline' },
};
const MINIFY_COMMONJS = { ...MINIFY, mangle: { toplevel: true, keepNames: true } };
/** A documentation comment, with its line. */
const COMMENT = /^\s*\/\*\*[\s\S]*?\*\/\n/gm;
const require = createRequire(import.meta.url);

for (const directory of [BUILD, DIST]) rmSync(directory, { recursive: true, force: true });
await compileSources();
await buildDashboard(join(BUILD, 'endpoint/dashboard/page-files.js'));

const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const code = modulesFrom(entriesOf(exports, '.js'));
const types = modulesFrom(entriesOf(exports, '.d.ts'));
removeInternalComments(types);
await bundleCommonJs();
for (const { path, text } of types.values()) write(join(COMMONJS, relative(BUILD, path)), text);
writeEsModules(code);
writeEsModules(types);
await Promise.all(filesIn(DIST, '.js').map(shrink));
write(join(COMMONJS, 'package.json'), `${JSON.stringify({ type: 'commonjs' })}\n`);

async function compileSources() {
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

/** The compiled file for every file with this extension that the exports of package.json name. */
function entriesOf(target, extension) {
  if (typeof target !== 'string') {
    return [...new Set(Object.values(target).flatMap((inner) => entriesOf(inner, extension)))];
  }
  return target.endsWith(extension) ? [join(ROOT, target.replace(/^\.\/dist(\/cjs)?/, 'build'))] : [];
}

/** These files and all files that they import, directly or indirectly, by path: code or declarations. */
function modulesFrom(entries) {
  const modules = new Map();
  const visit = (path) => {
    if (modules.has(path)) return;
    if (!existsSync(path)) throw new Error(`There is no ${path}, which another module imports.`);
    const text = readFileSync(path, 'utf8');
    const imports = importsIn(path, text);
    const module = { path, text, imports, isEntry: entries.includes(path), isShared: false };
    modules.set(path, module);
    for (const { target } of imports) if (target !== undefined) visit(target);
  };
  entries.forEach(visit);
  markShared(modules);
  return modules;
}

/** The imports of a file, with the position of each specifier, and the path if it is a file of ours. */
function importsIn(path, text) {
  const { importedFiles } = ts.preProcessFile(text, true, true);
  return importedFiles.map(({ fileName, pos }) => {
    const start = text.indexOf(fileName, pos);
    const file = path.endsWith('.d.ts') ? fileName.replace(/\.js$/, '.d.ts') : fileName;
    const target = fileName.startsWith('.') ? resolve(dirname(path), file) : undefined;
    return { specifier: fileName, start, end: start + fileName.length, target };
  });
}

/**
 * A module is shared if it imports nothing but Node's modules, the packages above, and modules that are shared themselves. Entry
 * points and the modules in `OF_EACH_BUILD` are not.
 */
function markShared(modules) {
  const candidates = [...modules.values()].filter(({ path }) => !OF_EACH_BUILD.includes(path));
  for (const module of candidates) module.isShared = true;
  const canBeShared = ({ specifier, target }) =>
    target === undefined
      ? isBuiltin(specifier) || [...DEPENDENCIES, ...BUNDLED].includes(specifier)
      : modules.get(target).isShared;
  for (let changed = true; changed;) {
    const not = candidates.filter(({ isShared, imports }) => isShared && !imports.every(canBeShared));
    for (const module of not) module.isShared = false;
    changed = not.length > 0;
  }
  for (const module of modules.values()) if (module.isEntry) module.isShared = false;
}

/** Removes the comments of the declarations and members that a user of the package cannot reach: an editor never shows them. */
function removeInternalComments(modules) {
  for (const module of modules.values()) {
    const { text } = module;
    const isOfPrivate = (end) => /^\s*private\b/.test(text.slice(end, end + 100));
    const kept = (comment, start) => (isOfPrivate(start + comment.length) ? '' : comment);
    // TypeScript indents by four spaces.
    module.text = text.replace(COMMENT, kept).replace(/^ {4}/gm, '  ');
    module.imports = importsIn(module.path, module.text);
  }
  const reached = new Set();
  const visit = (module) => {
    if (reached.has(module)) return;
    reached.add(module);
    const { text, imports } = module;
    const code = text.replace(COMMENT, '').replace(/constructor\([^;]*\);/g, '');
    for (const { target, specifier } of imports) {
      if (target !== undefined && usesImport(code, specifier)) visit(modules.get(target));
    }
  };
  for (const module of modules.values()) if (module.isEntry) visit(module);
  for (const module of modules.values()) if (!reached.has(module)) removeComments(module);
}

/** Whether declarations use anything that they import from another file, or export it. */
function usesImport(code, specifier) {
  const statements = [...code.matchAll(/^(import|export)\b([^;]*) from '([^']*)';$/gm)].filter(
    ([, , , from]) => from === specifier,
  );
  const body = code.replace(/^import\b[^;]*;$/gm, '');
  const isUsed = (name) => new RegExp(`\\b${name}\\b`).test(body);
  // Without a statement, it is an import() in a type.
  return (
    statements.length === 0 ||
    statements.some(([, kind, names]) => kind === 'export' || names.match(/\w+/g).some(isUsed))
  );
}

function removeComments(module) {
  module.text = module.text.replace(COMMENT, '');
  module.imports = importsIn(module.path, module.text);
}

/** Writes the modules that are not shared; their imports of shared modules are redirected to the CommonJS. */
function writeEsModules(modules) {
  for (const { path, text, imports, isShared } of modules.values()) {
    if (isShared) continue;
    let output = text;
    for (const { specifier, start, end, target } of imports.toReversed()) {
      if (target === undefined || !modules.get(target).isShared) continue;
      const redirected = relative(dirname(path), join(BUILD, 'cjs', relative(BUILD, target)));
      const name = redirected.replaceAll('\\', '/').replace(/\.d\.ts$/, '.js');
      if (text.slice(start, end) !== specifier) throw new Error(`${specifier} is not found in ${path}.`);
      output = `${output.slice(0, start)}${name.startsWith('.') ? name : `./${name}`}${output.slice(end)}`;
    }
    write(join(DIST, relative(BUILD, path)), output);
  }
}

/** Bundles the entry points and the shared modules that the ES modules import; chunks/ has the code that these have in common. */
async function bundleCommonJs() {
  const modules = [...code.values()];
  const imported = new Set(
    modules.filter(({ isShared }) => !isShared).flatMap(({ imports }) => imports.map(({ target }) => target)),
  );
  const inputs = modules.filter(({ path, isEntry, isShared }) => isEntry || (isShared && imported.has(path)));
  const bundle = await rolldown({
    input: Object.fromEntries(inputs.map(({ path }) => [relative(BUILD, path).replace(/\.js$/, ''), path])),
    platform: 'node',
    external: (id) => !/^[./]/.test(id) && !BUNDLED.some((name) => id === name || id.startsWith(`${name}/`)),
  });
  await bundle.write({
    dir: COMMONJS,
    format: 'cjs',
    entryFileNames: '[name].js',
    // A module that is imported lazily keeps its own name: it may import a package that is optional.
    chunkFileNames: ({ facadeModuleId }) =>
      code.has(facadeModuleId) ? relative(BUILD, facadeModuleId).replaceAll('\\', '/') : 'chunks/[name].js',
    // Jest cannot import().
    dynamicImportInCjs: false,
    keepNames: true,
    comments: false,
    postBanner: ({ moduleIds }) => licensesOf(moduleIds),
  });
  await bundle.close();
}

/** The licenses of the bundled packages. */
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
  writeFileSync(path, withLinesOfErrors(withPlainExports(withQuotes(code))));
}

/**
 * Before the message of an uncaught error, Node prints the line that has made or thrown it: without a line break, that is the
 * whole file.
 */
function withLinesOfErrors(code) {
  const breaks = new Set();
  const visit = (node, statement) => {
    const isError = ts.isNewExpression(node) && node.expression.getText().endsWith('Error');
    const its = ts.isStatement(node) ? node : statement;
    if (ts.isThrowStatement(node) || isError) breaks.add(its.getStart()).add(its.getEnd());
    ts.forEachChild(node, (child) => visit(child, its));
  };
  visit(ts.createSourceFile('module.js', code, ts.ScriptTarget.Latest, true));
  const starts = [0, ...[...breaks].sort((one, other) => one - other)];
  return starts.map((start, i) => code.slice(start, starts[i + 1])).join('\n');
}

/** Some tools find what a file imports by strings in quotes only. */
function withQuotes(code) {
  return code.replace(/\b(import|require)\(`([^`$\\]+)`\)/g, '$1("$2")');
}

/** Replaces the getters that chunks export. No export is reassigned, and each request reads these values often. */
function withPlainExports(code) {
  return code.replace(
    /Object\.defineProperty\(exports,"(\w+)",\{enumerable:true,get:function\(\)\{return (\w+)\}\}\)/g,
    'exports.$1=$2',
  );
}

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
