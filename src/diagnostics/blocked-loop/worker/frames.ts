import { fileURLToPath } from 'node:url';
import type { FrameOrigin, RawBlock, RawFrame, RawStack } from '../raw-block.js';
import { isAtEntry } from './function-entry.js';
import { SourcePositions } from './source-positions.js';
import type { CallSiteFields } from './stack-expression.js';
import { IS_ASYNC, IS_CONSTRUCTOR, IS_EVAL } from './stack-expression.js';

const ANONYMOUS = 'anonymous';

/** Maximum length of a function name, which can be any text: `{ ['a long text']() {} }`. */
const MAX_NAME = 200;

/**
 * @returns the frames of all stacks, each once, and the stacks as indices of them. A function that had just been entered is
 * left out. If the event loop itself called it, its stack is empty.
 */
export function framesOf(
  stacks: readonly CallSiteFields[][],
  readsSourceMaps: boolean,
): Pick<RawBlock, 'frames' | 'stacks'> {
  const frames: RawFrame[] = [];
  const known = new Map<string, number>();
  const positions = new SourcePositions(readsSourceMaps);
  const indexOf = (site: CallSiteFields): number => {
    const key = JSON.stringify(site);
    let index = known.get(key);
    if (index === undefined) known.set(key, (index = frames.push(frameOf(site, positions)) - 1));
    return index;
  };
  const stackOf = (sites: CallSiteFields[]): RawStack => {
    const [innermost] = sites;
    if (innermost === undefined) return { frames: [], isAtEntry: false };
    const [, , url, line] = innermost;
    const text = url === null || line === null ? undefined : positions.runningLine(pathOf(url), line);
    const wasEntered = isAtEntry(innermost, text);
    return { frames: (wasEntered ? sites.slice(1) : sites).map(indexOf), isAtEntry: wasEntered };
  };
  return { stacks: stacks.map(stackOf), frames };
}

function frameOf(site: CallSiteFields, positions: SourcePositions): RawFrame {
  const [name, , url, line, column, enclosingLine, enclosingColumn, flags] = site;
  const path = url === null ? null : pathOf(url);
  let position = path === null ? undefined : { file: path, line: line ?? 0 };
  if (position !== undefined && originOf(position.file) === 'application') {
    position = positions.find({ ...position, column: column ?? 1, name, enclosingLine });
  }
  const isAsync = (flags & IS_ASYNC) !== 0;
  return {
    function: functionName(site).slice(0, MAX_NAME),
    file: position?.file ?? null,
    line: position?.line ?? 0,
    origin: position === undefined ? 'builtin' : originOf(position.file),
    id: [path, enclosingLine, enclosingColumn, name, isAsync].join(':'),
    isAsync,
  };
}

function functionName([name, typeName, , , , , , flags, builtinOf]: CallSiteFields): string {
  if (name === null || name === '') return ANONYMOUS;
  if ((flags & IS_CONSTRUCTOR) !== 0) return `new ${name}`;
  const owner = (flags & IS_EVAL) !== 0 ? null : (typeName ?? builtinOf);
  // Names without information: every object is an Object, and every static method belongs to a Function.
  const says = owner !== null && /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(owner) && !UNSPECIFIC.has(owner);
  return says && !name.includes('.') ? `${owner}.${name}` : name;
}

const UNSPECIFIC = new Set(['Object', 'Function', 'global', 'globalThis']);

function pathOf(url: string): string {
  try {
    return url.startsWith('file:') ? fileURLToPath(url) : url;
  } catch {
    return url;
  }
}

function originOf(file: string): FrameOrigin {
  if (file.startsWith('node:')) return 'node';
  // WebAssembly functions have numbers for names, so their JavaScript caller is the better culprit.
  if (file.startsWith('wasm:')) return 'dependency';
  return /(^|[\\/])node_modules[\\/]/.test(file) ? 'dependency' : 'application';
}
