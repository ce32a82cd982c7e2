import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { makeTemporaryDirectory, pack, removeDirectory, ROOT } from '../package/project.js';
import type { Block, Page } from './pages.js';
import { PAGES, pageOf, resolveLink } from './pages.js';
import { compileBlocks } from './typescript.js';

/** Languages whose blocks are checked, and those that are not: the tests have no program that could check them. */
const CHECKED = ['ts', 'json', 'yaml', 'sh', 'nginx'];
const UNCHECKED = ['promql', 'text'];

it('every code block is in a language that the tests check', () => {
  const others = blocks().filter(({ block }) => ![...CHECKED, ...UNCHECKED].includes(block.language));
  expect(others.map(whereIs)).toEqual([]);
});

it('every TypeScript block is a complete file that compiles in strict mode', async () => {
  // Notes beside the sources are for contributors, and show fragments of internals.
  expect(await compileBlocks(PAGES.filter(({ path }) => !path.startsWith('src/')))).toEqual([]);
});

it('an error in a TypeScript block is reported with its page and line', async () => {
  const code =
    "import { MonitorModule } from 'nestjs-monitor';\n\nMonitorModule.forRoot({ publishInterval: true });";
  const page: Page = { ...pageOf('README.md'), path: 'x.md', blocks: [{ language: 'ts', code, line: 7 }] };
  expect(await compileBlocks([page])).toEqual([expect.stringMatching(/^x\.md:9 .*TS2322/)]);
});

it('every JSON block is valid JSON', () => {
  expect(failures('json', (code) => JSON.parse(code) as unknown)).toEqual([]);
});

it('every YAML block is valid YAML', () => {
  const parse = (code: string) => {
    for (const { errors, warnings } of parseAllDocuments(code)) {
      for (const problem of [...errors, ...warnings]) throw problem;
    }
  };
  expect(failures('yaml', parse)).toEqual([]);
});

it('every shell block is valid for a POSIX shell', () => {
  expect(failures('sh', (code) => execFileSync('sh', ['-n'], { input: code, stdio: 'pipe' }))).toEqual([]);
});

it('every relative link leads to a file, and to a heading of it', () => {
  const broken = PAGES.flatMap((page) =>
    relativeLinks(page)
      .filter((link) => !leadsSomewhere(page, link))
      .map((link) => `${page.path}: ${link}`),
  );
  expect(broken).toEqual([]);
});

describe('The pages in the tarball', () => {
  let shipped: Set<string>;
  let tarball: string;

  beforeAll(async () => {
    const directory = makeTemporaryDirectory();
    try {
      const { path, files } = await pack(directory);
      tarball = basename(path);
      shipped = new Set(files);
    } finally {
      removeDirectory(directory);
    }
  });

  it('have an installation by the name of the tarball', () => {
    const code = pageOf('README.md').blocks.map((block) => block.code);
    expect(code.join().match(/nestjs-monitor-[\w.-]+\.tgz/g)).toEqual([tarball]);
  });

  it('include the README and all pages of docs/', () => {
    const expected = PAGES.map(({ path }) => path).filter((path) => /^(README\.md$|docs\/)/.test(path));
    expect(expected.filter((path) => !shipped.has(path))).toEqual([]);
  });

  it('link only to files that are in the tarball too', () => {
    const broken = PAGES.filter(({ path }) => shipped.has(path)).flatMap((page) =>
      relativeLinks(page)
        // Pictures would be a third of what a user installs. They are in the repository.
        .filter((link) => !/^docs\/images\/[\w-]+\.png$/.test(resolveLink(page, link).path))
        .filter((link) => !shipped.has(resolveLink(page, link).path))
        .map((link) => `${page.path}: ${link}`),
    );
    expect(broken).toEqual([]);
  });
});

function blocks(): { page: Page; block: Block }[] {
  return PAGES.flatMap((page) => page.blocks.map((block) => ({ page, block })));
}

function whereIs({ page, block }: { page: Page; block: Block }): string {
  return `${page.path}:${block.line} (${block.language})`;
}

/** The location of each block of a language for which the parser throws, and the error. */
function failures(language: string, parse: (code: string) => unknown): string[] {
  const found: string[] = [];
  for (const { page, block } of blocks().filter((one) => one.block.language === language)) {
    try {
      parse(block.code);
    } catch (error) {
      found.push(`${whereIs({ page, block })} ${String(error)}`);
    }
  }
  return found;
}

function relativeLinks(page: Page): string[] {
  return page.links.filter((link) => !/^[a-z]+:/i.test(link));
}

function leadsSomewhere(page: Page, link: string): boolean {
  const { path, fragment } = resolveLink(page, link);
  if (!existsSync(join(ROOT, path))) return false;
  if (fragment === '') return true;
  return PAGES.find((candidate) => candidate.path === path)?.anchors.has(fragment) ?? false;
}
