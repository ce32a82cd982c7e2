import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** The exit code and the output of a process. */
export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs Node until it ends. */
export function runNode(args: string[], cwd: string): Promise<Outcome> {
  return run(process.execPath, args, cwd, userEnvironment());
}

/** Runs npm, and returns what it printed. */
export async function npm(args: string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await run('npm', args, cwd, npmEnvironment());
  if (code !== 0) throw new Error(`npm ${args.join(' ')} ended with ${code}: ${stderr}`);
  return stdout;
}

/** The minimal environment of a shell, without the variables of vitest, which would change how Node behaves. */
export function userEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, TMPDIR };
}

/** The whole environment, proxies and registries included, but without the variables of vitest and of an outer npm. */
export function npmEnvironment(): NodeJS.ProcessEnv {
  const own = /^(NODE_OPTIONS|NODE_ENV|VITEST.*|INIT_CWD|npm_(?!config_).*|npm_config_local_prefix)$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}

async function run(command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Outcome> {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [closed, stdout, stderr] = await Promise.all([
    once(child, 'close'),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code: closed[0] as number | null, stdout, stderr };
}
