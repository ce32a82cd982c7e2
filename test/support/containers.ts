import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { freePort } from './free-port.js';
import { environment } from './scripts.js';

const SCRIPT = fileURLToPath(new URL('../scripts/work-process.mjs', import.meta.url));

/** A pid namespace and a host name of its own, as a container has them: the process is pid 1. */
const NAMESPACES = ['--pid', '--uts', '--fork', '--mount-proc', '--kill-child'];

/** Sets the host name, and becomes the command. */
const BEGIN = 'echo "$0" > /proc/sys/kernel/hostname && exec "$@"';

/** Why there are no containers here; `undefined` if there are. */
export function noContainers(): string | undefined {
  try {
    execFileSync('unshare', [...NAMESPACES, '/bin/sh', '-c', BEGIN, 'probe', 'true'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'namespaces need Linux, unshare, and the right to use it';
  }
}

/** Starts a work process as pid 1 of a host with this name. @returns its port, when it listens. */
export async function startContainer(hostname: string, options: object): Promise<number> {
  // The process sends its events there.
  const events = createServer((socket) => socket.on('error', () => {}).resume()).listen(0, '127.0.0.1');
  await once(events, 'listening');
  const port = await freePort();
  const env = {
    ...environment(),
    WORK_ADAPTER: 'express',
    WORK_PORT: String(port),
    WORK_OPTIONS: JSON.stringify(options),
    WORK_EVENTS: String((events.address() as AddressInfo).port),
  };
  const command = ['/bin/sh', '-c', BEGIN, hostname, process.execPath, SCRIPT];
  const child = spawn('unshare', [...NAMESPACES, ...command], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  onTestFinished(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    events.close();
  });
  const [socket] = (await once(events, 'connection')) as [import('node:net').Socket];
  // Its first event is that it listens.
  await Promise.race([
    once(socket, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('The container has ended.'))),
  ]);
  return port;
}
