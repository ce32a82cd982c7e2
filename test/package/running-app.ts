import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Interface } from 'node:readline';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Outcome } from './child-process.js';
import { userEnvironment } from './child-process.js';

type Message = Record<string, unknown>;

/** A Node process that reports its progress in lines of JSON. */
export class RunningApp {
  private readonly child: ChildProcessByStdio<null, Readable, Readable>;
  private readonly lines: Interface;
  private readonly messages: Message[] = [];
  private noise = '';
  private readonly ended: Promise<Outcome>;

  constructor(args: string[], cwd: string, node = process.execPath) {
    this.child = spawn(node, args, {
      cwd,
      env: userEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.lines = createInterface({ input: this.child.stdout }).on('line', (line) => this.take(line));
    this.ended = this.watch();
  }

  /** Waits for a message with this key whose value `isIt` accepts. */
  async said<T>(key: string, isIt: (value: T) => boolean = () => true): Promise<T> {
    for (;;) {
      const message = this.messages.find((candidate) => key in candidate && isIt(candidate[key] as T));
      if (message !== undefined) return message[key] as T;
      await Promise.race([once(this.lines, 'line'), this.failAtEnd(key)]);
    }
  }

  /** Asks it to close, and waits until it has ended. `stdout` has the lines that are not JSON. */
  close(): Promise<Outcome> {
    this.child.kill('SIGTERM');
    return this.ended;
  }

  /** Ends it at once, if it is still there. */
  kill(): void {
    this.child.kill('SIGKILL');
  }

  private take(line: string): void {
    try {
      this.messages.push(JSON.parse(line) as Message);
    } catch {
      this.noise += `${line}\n`;
    }
  }

  private async watch(): Promise<Outcome> {
    const [closed, stderr] = await Promise.all([once(this.child, 'close'), text(this.child.stderr)]);
    return { code: closed[0] as number | null, stdout: this.noise, stderr };
  }

  private async failAtEnd(key: string): Promise<never> {
    const { code, stdout, stderr } = await this.ended;
    throw new Error(`The application ended with ${code} before it said "${key}". ${stdout}${stderr}`);
  }
}
