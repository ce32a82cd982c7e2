import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { npmEnvironment } from '../package/child-process.js';
import type { Block, Page } from './pages.js';

/** Steps that the tests do not run: a pattern in their text, and why. */
const NOT_RUN: readonly [RegExp, string][] = [
  [/\bdocker\b/, 'needs Docker'],
  [/\bssh\b/, 'needs another machine'],
  [/\bapt-get\b/, 'changes the machine'],
  [/^npm ci && npm (start|test)|^npm run test:unit/m, 'is how these tests are run'],
  [/^npm pack\b/, 'is how these tests install the package'],
];

/** A step of a page that does not start the application itself. */
const READS_MONITOR = /^(\$ )?(curl|go tool pprof) [^|]*\/monitor\b/m;

/** Commands that run until they are stopped: a reader leaves them in their terminal. */
const IN_BACKGROUND = /^(npm run start|prometheus )/;

export function whyNotRun({ code }: Block): string | undefined {
  return NOT_RUN.find(([pattern]) => pattern.test(code))?.[1];
}

/** The same for a block of a page whose steps are not executed as a whole. */
export function whyNotRunAlone(block: Block): string | undefined {
  return (
    whyNotRun(block) ??
    (READS_MONITOR.test(block.code) ? 'reads an application that runs already' : undefined)
  );
}

/**
 * The shell script that a reader of the page executes: its shell blocks as printed, with its named files written where
 * they stand on the page.
 */
export function scriptOf(page: Page): string {
  const steps = page.blocks.flatMap((block) => {
    const file = /^(?:\/\/|#) ([\w./-]+\.(?:ts|ya?ml))\n/.exec(block.code)?.[1];
    if (block.language === 'sh' && whyNotRun(block) === undefined) {
      return [IN_BACKGROUND.test(block.code) ? `${block.code} &` : block.code];
    }
    if (file === undefined || !['ts', 'yaml'].includes(block.language)) return [];
    return [`cat > ${file} <<'END_OF_FILE'\n${block.code}\nEND_OF_FILE`];
  });
  return steps.join('\n');
}

/** A script that runs, and everything that it has started. */
export class Steps {
  private readonly shell: ChildProcessByStdio<null, Readable, Readable>;
  private output = '';
  private complaints = '';

  /** @param env is added to the environment of a user. */
  constructor(script: string, directory: string, env: NodeJS.ProcessEnv) {
    this.shell = spawn('bash', ['-e', '-o', 'pipefail', '-c', `${script}\necho ${DONE}\nwait`], {
      cwd: directory,
      // A reader answers yes when npx asks whether to install a package.
      env: { ...npmEnvironment(), npm_config_yes: 'true', CI: undefined, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own, so that stop() ends what the steps have left in the background too.
      detached: true,
    });
    this.shell.stdout.on('data', (chunk) => (this.output += String(chunk)));
    this.shell.stderr.on('data', (chunk) => (this.complaints += String(chunk)));
  }

  /** Waits until all steps have succeeded. Those in the background go on. @returns what they printed until then. */
  async finished(): Promise<string> {
    const closed = once(this.shell, 'exit').then(([code]) => {
      throw new Error(`The steps ended with ${String(code)}:\n${this.output}\n${this.complaints}`);
    });
    closed.catch(() => {});
    while (!this.output.includes(DONE)) await Promise.race([once(this.shell.stdout, 'data'), closed]);
    return this.output.slice(0, this.output.indexOf(DONE));
  }

  async stop(): Promise<void> {
    const ended = this.shell.exitCode === null ? once(this.shell, 'exit') : undefined;
    try {
      process.kill(-(this.shell.pid ?? 0), 'SIGKILL');
    } catch {
      // Everything has ended already.
    }
    await ended;
  }
}

const DONE = 'all-steps-are-done';
