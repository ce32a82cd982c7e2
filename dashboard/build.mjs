/**
 * Builds the page: one script and one style sheet, without anything that is loaded from elsewhere. They become a module
 * (see src/endpoint/dashboard/page-files.d.ts), which is built into the package.
 */
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, extname, parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const TYPES = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
};

/**
 * @param {string} target the file to write, an ES module
 */
export async function buildDashboard(target) {
  const files = [...(await bundle()), { name: 'icon.svg', content: await readFile(here('public/icon.svg')) }];
  let html = await readFile(here('public/index.html'), 'utf8');
  const assets = {};
  for (const { name, content } of files) {
    const hashed = hashedName(name, content);
    html = html.replaceAll(`{{assets}}${name}`, `{{assets}}${hashed}`);
    assets[hashed] = { type: TYPES[extname(name)], gzip: gzipSync(content, { level: 9 }).toString('base64') };
  }
  const lines = Object.entries({ HTML: html, ASSETS: assets }).map(
    ([name, value]) => `export const ${name} = ${JSON.stringify(value)};\n`,
  );
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, lines.join(''));
}

async function bundle() {
  const { outputFiles } = await build({
    entryPoints: { dashboard: here('src/main.tsx') },
    outdir: here('.'),
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    minify: true,
    legalComments: 'inline',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'warning',
  });
  return outputFiles.map(({ path, contents }) => ({ name: parse(path).base, content: contents }));
}

/** Browsers keep a file for good that is called by its content. */
function hashedName(file, content) {
  const { name, ext } = parse(file);
  return `${name}-${createHash('sha256').update(content).digest('base64url').slice(0, 8)}${ext}`;
}
