import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const MAIN = fileURLToPath(new URL('../../sample-app/dist/main.js', import.meta.url));

/** Starts the built sample app on a free port, and returns its address. It is stopped when the test ends. */
export async function startShop(traffic: 'on' | 'off' = 'off'): Promise<string> {
  return (await startShopAt(0, traffic)).url;
}

export interface Shop {
  /** Such as `http://127.0.0.1:41234`. */
  readonly url: string;
  readonly kill: () => Promise<void>;
}

/** Likewise on this port, for a shop that is stopped within the test. */
export async function startShopAt(port: number, traffic: 'on' | 'off' = 'off'): Promise<Shop> {
  const env = { ...process.env, NODE_OPTIONS: undefined, PORT: String(port), TRAFFIC: traffic };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const kill = async () => {
    child.kill('SIGKILL');
    await closed;
  };
  onTestFinished(kill);
  const firstLine = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>;
  const [line] = await Promise.race([
    firstLine,
    closed.then(() => {
      throw new Error('The sample app has ended. Is it built? npm run build:sample');
    }),
  ]);
  return { url: new URL(/http:\S+/.exec(line)?.[0] ?? '').origin, kill };
}
