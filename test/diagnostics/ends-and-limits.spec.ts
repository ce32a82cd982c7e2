import type { Server } from 'node:http';
import { chmod, chown, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CaptureStore } from '../../src/diagnostics/captures/capture-store.js';
import { MonitorDiagnostics, MonitorModule, MonitorOptionsError, MonitorPort } from '../../src/index.js';
import { ADAPTERS, moduleOf, startApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { NODE_MISSING, nodeOf } from '../support/nodes.js';
import { linesOf } from '../support/scripts.js';
import { NEEDS_LINUX } from '../support/tools.js';
import { only } from '../support/present.js';

const withDiagnostics = () => ({ imports: [MonitorModule.forRoot({ diagnostics: true })] });

async function directoryOf(mode = 0o700): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'monitor-'));
  await chmod(directory, mode);
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

describe('A profile', () => {
  it('ends when the application closes, without delaying that', async () => {
    const { app, url } = await startApp('express', withDiagnostics());
    const waiting = fetch(`${url}/monitor/profile/cpu?seconds=60`).then(
      (response) => response.status,
      () => 'cut off',
    );
    await eventually(async () => {
      expect((await fetch(`${url}/monitor/profile/cpu?seconds=0.1`)).status).toBe(409);
    });
    await app.close();
    expect([503, 'cut off']).toContain(await waiting);
  });

  it.each(ADAPTERS)('may take longer than the server allows an idle connection, on %s', async (adapter) => {
    const { app, url } = await startApp(adapter, withDiagnostics());
    (app.getHttpServer() as Server).setTimeout(200);
    const response = await fetch(`${url}/monitor/profile/cpu?seconds=1`);
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(/^CPU profile of/);
  });

  it('is available from code like allocations and the report, one at a time', async () => {
    const { app } = await startApp('fastify', withDiagnostics());
    const diagnostics = app.get(MonitorDiagnostics);
    const first = diagnostics.cpuProfile({ seconds: 0.2 });
    await expect(diagnostics.allocations({ seconds: 0.1 })).rejects.toThrow(
      /Busy with a profile \(cpu\) of 0\.2 s, since .*, for the application itself/,
    );
    expect((await first).nodes.length).toBeGreaterThan(0);
    expect(await diagnostics.allocations({ seconds: 0.1 })).toHaveProperty('head');
    expect(await diagnostics.report()).toHaveProperty('header');
    await expect(diagnostics.cpuProfile({ seconds: 61 })).rejects.toThrow(RangeError);
    await expect(diagnostics.heapSnapshot()).rejects.toThrow('heapSnapshot: true');
  });

  it("is served by the monitor's own port of an application without HTTP", async () => {
    const root = moduleOf({ imports: [MonitorModule.forRoot({ diagnostics: true, port: 0 })] });
    const context = await NestFactory.createApplicationContext(root, { logger: false });
    onTestFinished(() => context.close());
    const { url } = context.get(MonitorPort);
    expect(await (await fetch(`${url}/profile/cpu?seconds=0.1`)).text()).toMatch(/^CPU profile of/);
  });
});

describe('An application with diagnostics', () => {
  it.each([
    ['express', undefined],
    ['express', 'x'.repeat(16)],
    ['fastify', undefined],
  ])(
    'does not listen on all addresses where it trusts proxies, on %s with the token %s',
    async (adapter, token) => {
      const root = moduleOf({ imports: [MonitorModule.forRoot({ diagnostics: true, token })] });
      const app =
        adapter === 'fastify'
          ? await NestFactory.create(root, new FastifyAdapter({ trustProxy: true }), { logger: false })
          : await NestFactory.create<NestExpressApplication>(root, { logger: false });
      onTestFinished(() => app.close());
      if (adapter === 'express') (app as NestExpressApplication).set('trust proxy', true);
      await expect(app.listen(0, '0.0.0.0')).rejects.toThrow(MonitorOptionsError);
    },
  );
});

describe('A report', () => {
  // Node 20 cannot ask a thread whether it answers.
  it.for([22, 24, 26])(
    'is refused, and blocks nothing, while a worker thread is in native code, on Node %i',
    async (major, { skip }) => {
      const node = await nodeOf(major);
      if (node === undefined) return skip(NODE_MISSING(major));
      const [line] = await linesOf('report-and-native-code.mjs', [], node);
      const { refused, answered, threadId } = line as Record<'refused' | 'answered', Answered> & {
        threadId: number;
      };
      expect(refused).toMatchObject({ status: 503, retryAfter: '5' });
      expect(refused.text).toContain(
        `Worker thread ${threadId} did not answer within 200 ms: most likely, native code is running there`,
      );
      expect(answered).toMatchObject({ status: 200, retryAfter: null });
      expect(answered.text).toContain('"javascriptStack"');
    },
  );
});

interface Answered {
  status: number;
  retryAfter: string | null;
  text: string;
}

describe('Captures', () => {
  it('are files that only this user can read, and the oldest are deleted first', async () => {
    const directory = await directoryOf();
    const store = new CaptureStore(directory, 250, 3_600_000);
    for (const text of ['a', 'b', 'c']) await store.save('cpu', 'txt', text.repeat(100));
    const captures = await store.list();
    expect(captures).toHaveLength(2);
    const contents = await Promise.all(
      captures.map(async ({ id }) => {
        const opened = await store.open(id);
        const text = await opened?.file.readFile('utf8');
        await opened?.file.close();
        return text?.[0];
      }),
    );
    expect(new Set(contents)).toEqual(new Set(['b', 'c']));
    for (const name of await readdir(directory)) {
      expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
      expect(name).not.toContain('partial');
    }
    await expect(store.save('cpu', 'txt', 'd'.repeat(251))).rejects.toThrow('251 bytes of 250');
  });

  it('are listed only when they are whole, and what was not finished is never listed', async () => {
    const directory = await directoryOf();
    const store = new CaptureStore(directory, 100_000_000, 3_600_000);
    const bytes = 20_000_000;
    let isSaved = false;
    const saved = store.save('cpu', 'json', 'x'.repeat(bytes)).finally(() => (isSaved = true));
    const seen = [];
    let files: string[] = [];
    while (!isSaved) {
      seen.push(...(await store.list()));
      files = [...files, ...(await readdir(directory))];
    }
    await saved;
    expect(new Set(files.filter((name) => name.endsWith('.partial'))).size).toBe(1);
    expect(seen.filter((capture) => capture.bytes !== bytes)).toEqual([]);
    expect(only(await store.list()).bytes).toBe(bytes);
    // A process that was killed meanwhile leaves this behind.
    const partial = 'cpu-20200101T000000000Z-1-0.json.partial';
    await writeFile(join(directory, partial), 'x');
    expect(await store.list()).toHaveLength(1);
    expect(await store.open(partial)).toBeUndefined();
    await store.save('cpu', 'txt', 'next');
    expect(await readdir(directory)).not.toContain(partial);
  });

  it('are deleted when they are too old', async () => {
    const directory = await directoryOf();
    await writeFile(join(directory, 'cpu-20200101T000000000Z-1-0.txt'), 'old');
    const store = new CaptureStore(directory, 1000, 3_600_000);
    const { id } = await store.save('cpu', 'txt', 'new');
    expect(only(await store.list()).id).toBe(id);
  });

  it('that are too old are neither listed nor opened, and are deleted when the application starts', async () => {
    const directory = await directoryOf();
    const id = 'cpu-20200101T000000000Z-1-0.txt';
    await writeFile(join(directory, id), 'old');
    const store = new CaptureStore(directory, 1000, 3_600_000);
    expect(await store.list()).toEqual([]);
    expect(await store.open(id)).toBeUndefined();
    await startApp('express', {
      imports: [MonitorModule.forRoot({ diagnostics: true, captures: { directory } })],
    });
    expect(await readdir(directory)).toEqual([]);
  });

  it.each(['../secret.txt', '/etc/passwd', 'cpu-20200101T000000000Z-1-0.txt/../../secret.txt', 'secret.txt'])(
    'answer %s, which is not a capture, with a 404',
    async (id) => {
      const directory = await directoryOf();
      await writeFile(join(directory, 'secret.txt'), 'secret');
      expect(await new CaptureStore(directory, 1000, 1000).open(id)).toBeUndefined();
    },
  );

  it('do not follow a symbolic link', async () => {
    const directory = await directoryOf();
    const id = 'cpu-20200101T000000000Z-1-0.txt';
    await symlink('/etc/passwd', join(directory, id));
    expect(await new CaptureStore(directory, 1000, 1000).open(id)).toBeUndefined();
  });

  it.skipIf(process.getuid?.() !== 0)(
    'are not kept in a directory of another user (only root can test it)',
    async () => {
      const directory = await directoryOf();
      await chown(directory, 65_534, 65_534);
      await expect(new CaptureStore(directory, 1000, 1000).prepare()).rejects.toThrow(
        'it belongs to user 65534, and must belong to user 0',
      );
    },
  );

  it.skipIf(NEEDS_LINUX.isMissing)(
    `are refused where a directory can never be made, such as in /proc${NEEDS_LINUX.reason}`,
    async () => {
      // Node's own recursive mkdir never returns there.
      await expect(new CaptureStore('/proc/captures/x', 1000, 1000).prepare()).rejects.toThrow('ENOENT');
    },
  );

  it('are not kept where there is a file', async () => {
    const file = join(await directoryOf(), 'file');
    await writeFile(file, '', { mode: 0o600 });
    await expect(new CaptureStore(file, 1000, 1000).prepare()).rejects.toThrow('it is not a directory');
  });

  it('are not kept in a directory that others can read', async () => {
    const directory = await directoryOf(0o755);
    const root = moduleOf({
      imports: [MonitorModule.forRoot({ diagnostics: true, captures: { directory } })],
    });
    const app = await NestFactory.create(root, { logger: false });
    onTestFinished(() => app.close());
    await expect(app.listen(0, '127.0.0.1')).rejects.toThrow(MonitorOptionsError);
  });

  it.each(ADAPTERS)(
    'that cannot be kept since others were given access are answered with the reason, on %s',
    async (adapter) => {
      const directory = await directoryOf();
      const options = { diagnostics: { blockedLoop: false }, captures: { directory } };
      const { url, log } = await startApp(adapter, { imports: [MonitorModule.forRoot(options)] });
      await chmod(directory, 0o755);
      const answer = await fetch(`${url}/monitor/profile/cpu?seconds=0.1&repeat=1`);
      expect(answer.status).toBe(500);
      expect(await answer.text()).toMatch(
        /"captures.directory" is .* \(.*its mode is 0755, and must be 0700\)\.\n$/,
      );
      expect(log.errors).toEqual([]);
    },
  );
});
