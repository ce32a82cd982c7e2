import { readFileSync, statSync } from 'node:fs';
import type { SourceMapPayload } from 'node:module';
import { SourceMap } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

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
  /** The function that it is in, and the line that this begins at. */
  readonly name: string | null;
  readonly enclosingLine: number;
}

/**
 * Finds positions in the source of what runs: by the source map where the file names one or has one beside it. It is
 * made for one block and then dropped, since a parsed source map takes far more memory than the rest of the watchdog.
 */
export class SourcePositions {
  private readonly maps = new Map<string, SourceMap | undefined>();
  private readonly texts = new Map<string, string | undefined>();
  private readonly lines = new Map<string, string[]>();

  find(position: CodePosition): SourcePosition {
    const { file, line, column } = position;
    try {
      const map = this.mapOf(file);
      if (map === undefined) return { file, line: this.isShifted(position) ? 0 : line };
      const entry = map.findEntry(line - 1, column - 1);
      // Node gives the last entry before the position, be it many lines before.
      if (!('generatedLine' in entry) || entry.generatedLine !== line - 1) return { file, line };
      return {
        file: sourcePath(entry.originalSource, map.payload.sourceRoot, file),
        line: entry.originalLine + 1,
      };
    } catch {
      return { file, line };
    }
  }

  /** A line as it runs; `undefined` where that is not what is in the file, or there is no file. */
  runningLine(file: string, line: number): string | undefined {
    if (isTypeScript(file)) return undefined;
    let lines = this.lines.get(file);
    if (lines === undefined) this.lines.set(file, (lines = this.textOf(file)?.split('\n') ?? []));
    return lines[line - 1];
  }

  /**
   * Whether the lines of a TypeScript file are not those that run: somebody transpiled it on the way into memory, and kept
   * the source map to himself. Node itself, which strips types, leaves each function where it was.
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
    const text = this.textOf(file);
    const urls = text?.slice(-100_000).match(/^\/\/[#@] sourceMappingURL=\S+/gm) ?? [];
    const url = urls.at(-1)?.split('=').slice(1).join('=') ?? text?.match(INLINE)?.[1];
    const json = url?.startsWith('data:')
      ? Buffer.from(url.slice(url.indexOf(',') + 1), 'base64').toString()
      : readSmall(url === undefined ? `${file}.map` : fileURLToPath(new URL(url, pathToFileURL(file))));
    return json === undefined ? undefined : new SourceMap(JSON.parse(json) as SourceMapPayload);
  }

  private textOf(file: string): string | undefined {
    if (!this.texts.has(file)) this.texts.set(file, readSmall(file));
    return this.texts.get(file);
  }
}

/** A source map in the file itself may be longer than the part of it that is looked through first. */
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

/** Bundlers make up a scheme: `webpack://shop/./src/reports.ts` is `src/reports.ts`. */
function sourcePath(source: string, root: string | undefined, file: string): string {
  const [, bundled] = /^[a-z-]+:\/\/[^/]*\/(.*)$/.exec(source) ?? [];
  if (bundled !== undefined && !source.startsWith('file:')) return bundled.replace(/^(\.\/)+/, '');
  const base = pathToFileURL(file);
  return fileURLToPath(new URL(source, root ? new URL(`${root.replace(/\/?$/, '/')}`, base) : base));
}
