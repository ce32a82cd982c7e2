/** Starts an empty Redis, in memory only. Returns its port and how to end it; `undefined` if it is not installed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { atEnd } from './at-end.mjs';
import { freePorts } from './processes/free-port.mjs';

export async function startRedis() {
  const port = await freePorts(1);
  const options = [
    '--port',
    port,
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    tmpdir(),
  ];
  const child = spawn('redis-server', options.map(String), { stdio: ['ignore', 'pipe', 'inherit'] });
  const kill = () => child.kill('SIGKILL');
  atEnd(kill);
  try {
    await once(child, 'spawn');
  } catch {
    return undefined;
  }
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('Ready to accept connections')) break;
  }
  child.stdout.resume();
  return { port, kill };
}
