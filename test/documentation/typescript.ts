import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile, removeDirectory, ROOT } from '../package/project.js';
import type { Block, Page } from './pages.js';

/** What `nest new` makes, which the pages start from. */
const APPLICATION = fileURLToPath(new URL('./application', import.meta.url));

/**
 * Compiles all TypeScript blocks of some pages against the built package, as a strict project of a user.
 *
 * Each page is a directory with the application that `nest new` makes. A block whose first line is a comment with a
 * file name, such as `// src/app.module.ts`, is that file, so that later blocks of the page can import it. Any other
 * block is a file of its own.
 *
 * @returns the errors, with the page and its line.
 */
export async function compileBlocks(pages: readonly Page[]): Promise<string[]> {
  const project = realpathSync(mkdtempSync(join(tmpdir(), 'nestjs-monitor-docs-')));
  try {
    linkPackages(project);
    writeJson(join(project, 'package.json'), { private: true, type: 'module' });
    writeJson(join(project, 'tsconfig.json'), {
      compilerOptions: {
        module: 'nodenext',
        target: 'es2023',
        strict: true,
        skipLibCheck: true,
        noEmit: true,
        experimentalDecorators: true,
        emitDecoratorMetadata: true,
        types: ['node'],
      },
      include: ['pages'],
    });
    const origins = new Map<string, { page: Page; block: Block }>();
    for (const page of pages) {
      const directory = join('pages', page.path.replaceAll('/', '-'));
      cpSync(APPLICATION, join(project, directory), { recursive: true });
      for (const block of page.blocks.filter(({ language }) => language === 'ts')) {
        const file = join(directory, fileOf(block));
        if (origins.has(file)) throw new Error(`${page.path}:${block.line} is another ${fileOf(block)}`);
        origins.set(file, { page, block });
        mkdirSync(join(project, directory), { recursive: true });
        writeFileSync(join(project, file), `${block.code}\nexport {};\n`);
      }
    }
    const { stdout } = await compile(project);
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => located(line, origins));
  } finally {
    removeDirectory(project);
  }
}

/** The file that a block is, in the directory of its page. */
export function fileOf({ code, line }: Block): string {
  const name = /^\/\/ (?:src\/)?([\w.-]+\.ts)\n/.exec(code)?.[1];
  return name ?? `block-${line}.ts`;
}

/** The packages of this repository, and this package itself under its own name. */
export function linkPackages(project: string): void {
  const [from, to] = [join(ROOT, 'node_modules'), join(project, 'node_modules')];
  mkdirSync(to);
  for (const name of readdirSync(from)) symlinkSync(join(from, name), join(to, name));
  symlinkSync(ROOT, join(to, 'nestjs-monitor'), 'junction');
}

function located(message: string, origins: Map<string, { page: Page; block: Block }>): string {
  const match = /^([^(]+)\((\d+),(\d+)\): (.*)$/.exec(message);
  const origin = origins.get(match?.[1] ?? '');
  if (match === null || origin === undefined) return message;
  return `${origin.page.path}:${origin.block.line + Number(match[2]) - 1} (${basename(match[1] ?? '')}) ${match[4]}`;
}

function writeJson(path: string, value: object): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}
