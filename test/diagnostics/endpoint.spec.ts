import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { MonitorOptions } from '../../src/index.js';
import { MonitorModule, MonitorOptionsError } from '../../src/index.js';
import { memoryShortage } from '../../src/diagnostics/heap-snapshot/memory-shortage.js';
import type { AdapterName } from '../support/app.js';
import { ADAPTERS, startApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { collectGarbage } from '../support/collect-garbage.js';

const start = (adapter: AdapterName, options: MonitorOptions) =>
  startApp(adapter, { imports: [MonitorModule.forRoot(options)] });

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'monitor-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** The id of the first capture, when there is one. */
function firstCapture(url: string): Promise<string> {
  return eventually(async () => {
    const { captures } = (await (await fetch(`${url}/monitor/captures`)).json()) as {
      captures: { id: string }[];
    };
    const [first] = captures;
    if (first === undefined) throw new Error('none yet');
    return first.id;
  });
}

/** Keeps the event loop busy, a little at a time. */
function keepBusy(): void {
  const timer = setInterval(function spin() {
    const end = Date.now() + 5;
    while (Date.now() < end) JSON.stringify(Array.from({ length: 100 }, (_, i) => ({ i })));
  }, 1);
  onTestFinished(() => clearInterval(timer));
}

describe.each(ADAPTERS)('The diagnostics on %s', (adapter) => {
  it('get a 404 unless they are switched on', async () => {
    const { url } = await start(adapter, {});
    for (const path of ['profile/cpu', 'profile/allocations', 'report', 'captures']) {
      expect((await fetch(`${url}/monitor/${path}`)).status).toBe(404);
    }
    expect((await fetch(`${url}/monitor/heap-snapshot`, { method: 'POST' })).status).toBe(404);
  });

  it('get a 404 that says which option is missing, for each part that is switched off', async () => {
    const most = await start(adapter, { diagnostics: true });
    const snapshots = await start(adapter, {
      diagnostics: { profiles: false, report: false, heapSnapshot: true },
    });
    const off: [url: string, method: string, option: string][] = [
      [`${most.url}/monitor/heap-snapshot`, 'POST', 'diagnostics: { heapSnapshot: true }'],
      [`${most.url}/monitor/profile/cpu?repeat=5`, 'GET', 'captures: { directory:'],
      [`${snapshots.url}/monitor/profile/cpu`, 'GET', 'diagnostics: { profiles: true }'],
      [`${snapshots.url}/monitor/profile/allocations`, 'GET', 'diagnostics: { profiles: true }'],
      [`${snapshots.url}/monitor/report`, 'GET', 'diagnostics: { report: true }'],
    ];
    for (const [url, method, option] of off) {
      const response = await fetch(url, { method });
      expect(response.status, url).toBe(404);
      expect(await response.text()).toContain(option);
      if (method === 'GET' && !url.includes('?'))
        expect((await fetch(url, { method: 'HEAD' })).status, url).toBe(404);
    }
  });

  it.each(['table', 'cpuprofile', 'pprof'])(
    'answer HEAD with the headers of a profile as %s',
    async (format) => {
      const { url } = await start(adapter, { diagnostics: { blockedLoop: false } });
      const headersOf = async (method: string) => {
        const profile = `${url}/monitor/profile/cpu?seconds=0.1&format=${format}`;
        const { headers, body } = await fetch(profile, { method });
        await body?.cancel();
        return ['content-type', 'content-encoding', 'cache-control'].map((name) => headers.get(name));
      };
      expect(await headersOf('HEAD')).toEqual(await headersOf('GET'));
    },
  );

  it('give a CPU profile as a table, as a .cpuprofile, and as what `go tool pprof` reads', async () => {
    const { url } = await start(adapter, { diagnostics: true });
    keepBusy();
    const table = await fetch(`${url}/monitor/profile/cpu?seconds=1&sort=total`);
    expect(table.headers.get('content-type')).toMatch('text/plain');
    expect(table.headers.get('cache-control')).toBe('no-store');
    const text = await table.text();
    expect(text).toMatch(/^CPU profile of \d/);
    expect(text).toMatch(/spin\s+\S*endpoint\.spec\.ts:\d+/);
    const v8 = await fetch(`${url}/monitor/profile/cpu?seconds=0.3&format=cpuprofile`);
    expect(await v8.json()).toMatchObject({ nodes: expect.any(Array), samples: expect.any(Array) });
    const pprof = await fetch(`${url}/monitor/profile/cpu?seconds=1&format=pprof`);
    const file = join(await temporaryDirectory(), 'cpu.pb.gz');
    await writeFile(file, Buffer.from(await pprof.arrayBuffer()));
    const { stdout } = await promisify(execFile)('go', ['tool', 'pprof', '-top', file]);
    expect(stdout).toMatch('Type: cpu');
    expect(stdout).toMatch(/\bspin\b/);
  });

  it('give an allocation profile', async () => {
    const { url } = await start(adapter, { diagnostics: true });
    keepBusy();
    const table = await (await fetch(`${url}/monitor/profile/allocations?seconds=0.5`)).text();
    expect(table).toMatch(/^Allocations in \d/);
    expect(table).toMatch(/spin/);
  });

  it('reject a second profile with what is running, since when and for which client', async () => {
    const { url } = await start(adapter, { diagnostics: true });
    const first = fetch(`${url}/monitor/profile/cpu?seconds=3`);
    const second = await eventually(async () => {
      const response = await fetch(`${url}/monitor/profile/allocations?seconds=0.1`);
      expect(response.status).toBe(409);
      return response.text();
    });
    expect(second).toMatch(/a profile \(cpu\) of 3 s, since 20\d\d-.*Z, for 127\.0\.0\.1/);
    expect((await first).status).toBe(200);
  });

  it('end a profile whose client disconnects', async () => {
    const { url } = await start(adapter, { diagnostics: true });
    const leave = new AbortController();
    const left = fetch(`${url}/monitor/profile/cpu?seconds=60`, { signal: leave.signal }).catch(() => 'left');
    await eventually(async () => {
      expect((await fetch(`${url}/monitor/profile/cpu?seconds=0.1`)).status).toBe(409);
    });
    leave.abort();
    expect(await left).toBe('left');
    await eventually(async () => {
      expect((await fetch(`${url}/monitor/profile/cpu?seconds=0.1`)).status).toBe(200);
    });
  });

  it.each([
    ['seconds=61', 'seconds must be a number from 0.1 to 60'],
    ['seconds=NaN', 'seconds must be'],
    ['format=svg', 'format must be table, cpuprofile, pprof'],
    ['sort=name', 'sort must be self or total'],
    ['top=0', 'top must be'],
    ['colour=red', "There is no parameter 'colour'. Allowed are seconds, format"],
    ['a%0Ab%1B%00=red', "There is no parameter 'a\\nb\\x1B\\x00'. Allowed"],
    [`${'x'.repeat(5000)}=1`, `There is no parameter '${'x'.repeat(80)}'... 4920 more`],
  ])('answer %s with a 400 that says what is allowed', async (query, text) => {
    const { url } = await start(adapter, { diagnostics: true });
    const response = await fetch(`${url}/monitor/profile/cpu?${query}`);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(text);
  });

  it('give a report of Node without environment, command line and secrets', async () => {
    process.env.PLANTED_API_TOKEN = 'planted-secret-4711';
    process.title = 'planted-secret-4711';
    onTestFinished(() => {
      delete process.env.PLANTED_API_TOKEN;
      process.title = 'node';
    });
    const { url } = await start(adapter, { diagnostics: true });
    const text = await (await fetch(`${url}/monitor/report`)).text();
    const report = JSON.parse(text) as Record<string, Record<string, unknown>>;
    expect(text).not.toContain('planted-secret');
    expect(report).not.toHaveProperty('environmentVariables');
    expect(report.header).not.toHaveProperty('commandLine');
    expect(report.header).toHaveProperty('nodejsVersion', process.version);
  });

  it('keep repeated profiles in the captures, each complete, until DELETE', async () => {
    const directory = join(await temporaryDirectory(), 'captures');
    const { url } = await start(adapter, { diagnostics: true, captures: { directory } });
    const path = `${url}/monitor/profile/cpu`;
    expect((await fetch(`${path}?seconds=0.2&repeat=1&format=cpuprofile`)).status).toBe(202);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    const id = await firstCapture(url);
    const capture = await fetch(`${url}/monitor/captures/${id}`);
    expect(await capture.json()).toHaveProperty('nodes');
    for (const spelling of [`${id}/`, id.replace('-', '%2D')])
      expect((await fetch(`${url}/monitor/captures/${spelling}`)).status, spelling).toBe(200);
    expect((await fetch(`${url}/monitor/captures/..%2F..%2Fetc%2Fpasswd`)).status).toBe(404);
    expect((await fetch(path, { method: 'DELETE' })).status).toBe(200);
    expect((await fetch(path, { method: 'DELETE' })).status).toBe(404);
  });

  it('close the file of a capture also when a client wants the head alone', async () => {
    const directory = join(await temporaryDirectory(), 'captures');
    const { url } = await start(adapter, { diagnostics: true, captures: { directory } });
    await fetch(`${url}/monitor/profile/cpu?seconds=0.1&repeat=1`);
    const id = await firstCapture(url);
    // Node warns, or ends the process, when it collects a file that nothing has closed.
    const warnings: string[] = [];
    const onWarning = ({ message }: Error) => void warnings.push(message);
    process.on('warning', onWarning);
    onTestFinished(() => void process.off('warning', onWarning));
    for (let i = 0; i < 5; i++) {
      const head = await fetch(`${url}/monitor/captures/${id}`, { method: 'HEAD' });
      expect(Number(head.headers.get('content-length'))).toBeGreaterThan(0);
    }
    for (let i = 0; i < 5; i++) {
      collectGarbage();
      await new Promise(setImmediate);
    }
    expect(warnings).toEqual([]);
  });

  it('fail the start of an application where everybody may read them', async () => {
    const options: MonitorOptions = { diagnostics: true, allow: ['0.0.0.0/0'] };
    await expect(start(adapter, options)).rejects.toThrow(MonitorOptionsError);
    await expect(start(adapter, options)).rejects.toThrow(/can read the monitor\.$/);
  });
});

describe('A heap snapshot', () => {
  const limits = {
    group: Infinity,
    free: 16e9,
    available: Infinity,
    process: Infinity,
    rss: 1e8,
    heapUsed: 5e7,
  };

  it('is allowed where there is more memory than 15 times the heap, and a reserve', () => {
    expect(memoryShortage(limits)).toBeUndefined();
    expect(memoryShortage({ ...limits, free: 1e8 + 1501e6 })).toBeUndefined();
    expect(memoryShortage({ ...limits, free: 1e8 + 1500e6 })).toMatch('1500 MB in all');
  });

  it.each([
    ['the container', { group: 5e8 }],
    ['the machine', { free: 7e8 }],
    ['the rest of the container', { available: 6e8 }],
    ['ulimit', { process: 6e8 }],
  ])('is refused with its arithmetic where %s has less', (_name, smaller) => {
    expect(memoryShortage({ ...limits, ...smaller })).toMatch('15 x 50 MB = 750 MB');
  });
});
