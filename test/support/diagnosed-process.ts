import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { EventLoopBlock, MetricsSnapshot } from '../../src/index.js';
import { eventually } from './eventually.js';
import { present } from './present.js';
import { environment } from './scripts.js';

const SCRIPT = fileURLToPath(new URL('../scripts/diagnostics.mjs', import.meta.url));

interface ProcessOptions {
  /** Flags of Node. */
  flags?: string[];
  /** The build, and further arguments on the command line. */
  args?: string[];
  env?: NodeJS.ProcessEnv;
  /** What the process is started with, such as a shell that sets limits. */
  launcher?: string[];
}

/** How a process ended, and all that it wrote to standard error. */
interface ProcessEnd {
  code: unknown;
  signal: unknown;
  stderr: string;
  rest: string[];
}

/** Applications with diagnostics in a process of their own: see `scripts/diagnostics.mjs`. */
export class DiagnosedProcess {
  private readonly child;
  private readonly lines;
  private readonly written: Promise<string>;
  private readonly ended: Promise<unknown[]>;

  constructor({ flags = [], args = ['esm'], env = {}, launcher = [] }: ProcessOptions = {}) {
    const [command, ...rest] = [...launcher, process.execPath, ...flags, SCRIPT, ...args];
    this.child = spawn(present(command), rest, { env: { ...environment(), ...env } });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    this.written = text(this.child.stderr);
    this.ended = once(this.child, 'close');
    onTestFinished(async () => {
      this.child.kill('SIGKILL');
      await this.ended;
    });
  }

  /** Does one of the commands of the script. */
  async do(command: string): Promise<unknown> {
    this.child.stdin.write(`${command}\n`);
    const { value, done } = await this.lines.next();
    if (done === true) throw new Error(`The process ended: ${await this.written}`);
    return JSON.parse(value) as unknown;
  }

  async open(): Promise<string> {
    return (await this.do('open')) as string;
  }

  /** Stops the process for a while, as SIGSTOP and the lid of a laptop do. */
  async suspend(ms: number): Promise<void> {
    this.child.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, ms));
    this.child.kill('SIGCONT');
  }

  /** Closes the only application. */
  async end(): Promise<ProcessEnd> {
    await this.do('close');
    return this.exited();
  }

  async exited(): Promise<ProcessEnd> {
    const rest: string[] = [];
    for (let next = await this.lines.next(); next.done !== true; next = await this.lines.next()) {
      rest.push(next.value);
    }
    const [code, signal] = await this.ended;
    return { code, signal, stderr: await this.written, rest };
  }
}

/** The blocks by a function, once there is one. `block` causes it, and is repeated if a busy machine hid it. */
export async function namedBlocks(
  url: string,
  name: string,
  block: () => Promise<unknown>,
): Promise<EventLoopBlock[]> {
  let found: EventLoopBlock[] = [];
  for (let i = 0; i < 9 && found.length === 0; i++) {
    const before = (await blocksOf(url)).length;
    await block();
    const blocks = await eventually(async () => {
      const all = await blocksOf(url);
      if (all.length === before) throw new Error('There is no block yet.');
      return all;
    });
    found = blocks.filter((one) => one.function === name);
  }
  return found;
}

export async function blocksOf(url: string): Promise<EventLoopBlock[]> {
  const response = await fetch(`${url}/monitor`);
  return ((await response.json()) as MetricsSnapshot).eventloop_blocks;
}
