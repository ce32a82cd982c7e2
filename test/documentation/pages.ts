import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import GithubSlugger from 'github-slugger';
import type { Heading, Nodes } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { visit } from 'unist-util-visit';
import { ROOT } from '../package/project.js';

/** A fenced block of code. */
export interface Block {
  language: string;
  code: string;
  /** The line of the page on which its code begins, from 1. */
  line: number;
}

/** A page of the documentation. */
export interface Page {
  /** From the root of the repository, such as `docs/access.md`. */
  path: string;
  blocks: Block[];
  /** Link targets as written. */
  links: string[];
  /** The fragments that a link to this page may have. */
  anchors: Set<string>;
}

const DIRECTORIES = ['.', 'docs', 'bench', 'sample-app', 'src/metrics'];

/** All Markdown pages of the repository. */
export const PAGES: readonly Page[] = DIRECTORIES.flatMap((directory) =>
  readdirSync(join(ROOT, directory))
    .filter((name) => name.endsWith('.md'))
    .map((name) => readPage(posix.join(directory, name))),
);

export function pageOf(path: string): Page {
  const page = PAGES.find((candidate) => candidate.path === path);
  if (page === undefined) throw new Error(`There is no page ${path}.`);
  return page;
}

/** Where a relative link of a page leads: a path from the root of the repository, and a fragment or `''`. */
export function resolveLink(page: Page, link: string): { path: string; fragment: string } {
  const [path = '', fragment = ''] = link.split('#');
  return { path: path === '' ? page.path : posix.join(dirname(page.path), decodeURI(path)), fragment };
}

function readPage(path: string): Page {
  const page: Page = { path, blocks: [], links: [], anchors: new Set() };
  const slugger = new GithubSlugger();
  visit(fromMarkdown(readFileSync(join(ROOT, path), 'utf8')), (node) => {
    if (node.type === 'code' && node.lang) {
      page.blocks.push({ language: node.lang, code: node.value, line: (node.position?.start.line ?? 0) + 1 });
    } else if (node.type === 'link' || node.type === 'image' || node.type === 'definition') {
      page.links.push(node.url);
    } else if (node.type === 'heading') {
      page.anchors.add(slugger.slug(textOf(node)));
    }
  });
  return page;
}

function textOf(heading: Heading): string {
  let text = '';
  visit(heading, (node: Nodes) => {
    if (node.type === 'text' || node.type === 'inlineCode') text += node.value;
  });
  return text;
}
