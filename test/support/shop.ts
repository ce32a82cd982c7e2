import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const MAIN = fileURLToPath(new URL('../../sample-app/dist/main.js', import.meta.url));

/** Starts the built sample app on a free port, and gives its address. It is gone when the test ends. */
export async function startShop(traffic: 'on' | 'off' = 'off'): Promise<string> {
  const env = { ...process.env, NODE_OPTIONS: undefined, PORT: '0', TRAFFIC: traffic };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await closed;
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return new URL(/http:\S+/.exec(line)?.[0] ?? '').origin;
}
