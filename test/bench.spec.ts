import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { nextLabels, nextLatency } from '../bench/support/inputs.mjs';
import { startProfile } from '../bench/support/running-profile.mjs';
import { eventually } from './support/eventually.js';
import { only } from './support/present.js';
import { environment } from './support/scripts.js';
import { NEEDS_LINUX } from './support/tools.js';

interface ProcessState {
  readonly pid: number;
  readonly parent: number;
  /** One letter, such as `T` for a process that is stopped, and `Z` for one that has ended. */
  readonly state: string;
}

it('a profile starts when a shorter one comes first', async () => {
  let isRunning = false;
  let requests = 0;
  const server = createServer((request, response) => {
    const seconds = Number(new URL(request.url ?? '', 'http://host').searchParams.get('seconds'));
    if (isRunning || (seconds === 60 && ++requests === 1)) return void response.writeHead(409).end();
    if (seconds !== 60) return void response.end();
    isRunning = true;
    response.on('close', () => (isRunning = false));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());

  const end = await startProfile(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'cpu');
  expect({ isRunning, requests }).toEqual({ isRunning: true, requests: 2 });
  await end();
  expect({ isRunning, requests }).toEqual({ isRunning: false, requests: 2 });
});

it('the samples of a benchmark have 200 label sets, and each of them another latency each time', () => {
  const latencies = new Map<string, Set<number>>();
  for (let i = 0; i < 200 * 1000; i++) {
    const { method, route, status } = nextLabels();
    const key = `${method} ${route} ${status}`;
    let own = latencies.get(key);
    if (own === undefined) latencies.set(key, (own = new Set()));
    own.add(nextLatency());
  }
  expect(latencies.size).toBe(200);
  for (const own of latencies.values()) expect(own.size).toBe(1000);
});

it.skipIf(NEEDS_LINUX.isMissing).each([
  {
    bench: 'requests.mjs',
    flags: ['--adapter=fastify', '--variant=bare', '--requests=100', '--connections=1', '--processes=1'],
    isMeasuring: (children: ProcessState[]) => children.some(({ state }) => state === 'T'),
  },
  {
    bench: 'scrape.mjs',
    flags: ['--series=1000', '--rounds=1000'],
    // The last one starts when the others serve their URL.
    isMeasuring: (children: ProcessState[]) => children.length === 3,
  },
])(`a bench that is killed leaves no server: $bench${NEEDS_LINUX.reason}`, async (tested) => {
  const path = fileURLToPath(new URL(`../bench/${tested.bench}`, import.meta.url));
  const bench = spawn(process.execPath, [path, ...tested.flags], { env: environment(), stdio: 'ignore' });
  onTestFinished(() => void bench.kill('SIGKILL'));
  const ended = once(bench, 'exit');
  let children: ProcessState[];
  do {
    await sleep(20);
    expect(bench.exitCode).toBeNull();
    children = processes().filter(({ parent }) => parent === bench.pid);
  } while (!tested.isMeasuring(children));
  const pids = new Set(children.map(({ pid }) => pid));
  onTestFinished(() => pids.forEach(kill));

  bench.kill('SIGTERM');
  await ended;
  await eventually(() => {
    expect(processes().filter(({ pid, state }) => pids.has(pid) && state !== 'Z')).toEqual([]);
  });
});

it.skipIf(NEEDS_LINUX.isMissing).each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  `a script that gets %s removes its temporary directory, and ends what it runs${NEEDS_LINUX.reason}`,
  async (signal) => {
    const script = `
      import { run, temporaryDirectory } from './scripts/at-end.mjs';
      console.log(temporaryDirectory('nestjs-monitor-spec-'));
      await run('sleep', ['600']);
    `;
    const options = { cwd: fileURLToPath(new URL('..', import.meta.url)), env: environment() };
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], options);
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = once(child, 'exit');
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const directory = line.toString().trim();
    expect(existsSync(directory)).toBe(true);
    const sleeping = await eventually(() => only(processes().filter(({ parent }) => parent === child.pid)));
    onTestFinished(() => kill(sleeping.pid));

    child.kill(signal);
    expect(await ended).toEqual([128 + constants.signals[signal], null]);
    expect(existsSync(directory)).toBe(false);
    await eventually(() => {
      expect(processes().filter(({ pid, state }) => pid === sleeping.pid && state !== 'Z')).toEqual([]);
    });
  },
);

/** All processes of this machine. */
function processes(): ProcessState[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      // PID (NAME) STATE PARENT ..., where the name may have any character.
      const [state = '', parent] = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      return [{ pid: Number(pid), parent: Number(parent), state }];
    } catch {
      return [];
    }
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
