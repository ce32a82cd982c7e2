import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { SourceMapContent } from './source-map.js';
import { SourceMap } from './source-map.js';

/** A larger file, or source map, is not read. */
const MAX_BYTES = 32 * 1024 * 1024;

export interface SourcePosition {
  readonly file: string;
  /** From 1; 0 where it is not known. */
  readonly line: number;
}

/** A position in the code that runs. */
export interface CodePosition extends SourcePosition {
  readonly column: number;
  /** The enclosing function, and the line at which it begins. */
  readonly name: string | null;
  readonly enclosingLine: number;
}

/**
 * Maps positions in the running code to the original source, with the source map that a file names or has beside it. An
 * instance is used for one block and then dropped, since a source map takes far more memory than the rest of the watchdog.
 */
export class SourcePositions {
  private readonly maps = new Map<string, SourceMap | undefined>();
  private readonly texts = new Map<string, string | undefined>();
  private readonly lines = new Map<string, string[]>();

  /** @param readsMaps whether source maps are read. */
  constructor(private readonly readsMaps: boolean) {}

  find(position: CodePosition): SourcePosition {
    const { file, line, column } = position;
    try {
      const map = this.mapOf(file);
      if (map === undefined) return { file, line: this.isShifted(position) ? 0 : line };
      const original = map.find(line - 1, column - 1);
      if (original === undefined) return { file, line };
      return { file: sourcePath(original.source, original.root, file), line: original.line + 1 };
    } catch {
      return { file, line };
    }
  }

  /** A line of the running code; `undefined` if the file contains other code, or there is no file. */
  runningLine(file: string, line: number): string | undefined {
    if (isTypeScript(file)) return undefined;
    let lines = this.lines.get(file);
    if (lines === undefined) this.lines.set(file, (lines = this.textOf(file)?.split('\n') ?? []));
    return lines[line - 1];
  }

  /**
   * Whether the lines of a TypeScript file differ from those of the running code: a loader has transpiled it in memory, without
   * a source map that can be found. Node itself, which strips types, does not move functions.
   */
  private isShifted({ file, name, enclosingLine }: CodePosition): boolean {
    if (!isTypeScript(file)) return false;
    const line = this.textOf(file)?.split('\n')[enclosingLine - 1];
    return name === null || line?.includes(name) !== true;
  }

  private mapOf(file: string): SourceMap | undefined {
    if (!this.maps.has(file)) this.maps.set(file, this.loadMap(file));
    return this.maps.get(file);
  }

  private loadMap(file: string): SourceMap | undefined {
    if (!this.readsMaps) return undefined;
    const text = this.textOf(file);
    const urls = text?.slice(-100_000).match(/^\/\/[#@] sourceMappingURL=\S+/gm) ?? [];
    const url = urls.at(-1)?.split('=').slice(1).join('=') ?? text?.match(INLINE)?.[1];
    try {
      const json = url?.startsWith('data:')
        ? Buffer.from(url.slice(url.indexOf(',') + 1), 'base64').toString()
        : readSmall(url === undefined ? `${file}.map` : fileURLToPath(new URL(url, pathToFileURL(file))));
      return json === undefined ? undefined : new SourceMap(JSON.parse(json) as SourceMapContent);
    } catch {
      // It is broken. An error would make each frame of the file read it again.
      return undefined;
    }
  }

  private textOf(file: string): string | undefined {
    if (!this.texts.has(file)) this.texts.set(file, readSmall(file));
    return this.texts.get(file);
  }
}

/** An inline source map may be longer than the part of the file that is searched first. */
const INLINE = /^\/\/[#@] sourceMappingURL=(data:application\/json[^,]*;base64,\S+)\s*$/m;

function isTypeScript(file: string): boolean {
  return /\.[cm]?tsx?$/.test(file);
}

function readSmall(path: string): string | undefined {
  try {
    return statSync(path).size <= MAX_BYTES ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

/** Bundlers use URLs of their own: `webpack://shop/./src/reports.ts` is `src/reports.ts`. */
function sourcePath(source: string, root: string | undefined, file: string): string {
  const [, bundled] = /^[a-z-]+:\/\/[^/]*\/(.*)$/.exec(source) ?? [];
  if (bundled !== undefined && !source.startsWith('file:')) return bundled.replace(/^(\.\/)+/, '');
  const base = pathToFileURL(file);
  return fileURLToPath(new URL(source, root ? new URL(`${root.replace(/\/?$/, '/')}`, base) : base));
}
