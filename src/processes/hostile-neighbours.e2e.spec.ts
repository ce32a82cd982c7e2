import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../test/support/eventually.js';
import { joinGroup } from '../../test/support/group-member.js';
import { GroupDirectory } from './group/group-directory.js';
import { MAX_LINE } from './wire/line-splitter.js';

/** Leaves a socket without a listener, as a killed process does. */
async function leaveSocket(path: string): Promise<void> {
  const server = createServer().listen(`${path}.old`);
  await once(server, 'listening');
  renameSync(`${path}.old`, path);
  server.close();
  await once(server, 'close');
}

describe('a group', () => {
  let directory: string;
  let path: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'nm-'));
    path = join(directory, 'g');
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** Listens at the address of a member, and handles connections as the test says. */
  function neighbour(onConnection: (socket: Socket) => void, totals = '["nestjs-monitor",1,"x"]\n') {
    const name = '4194303.0-00000000000a';
    const server = createServer((socket) => {
      socket.on('error', () => {});
      onConnection(socket);
    }).listen(join(path, `${name}.sock`));
    writeFileSync(join(path, `${name}.totals`), totals);
    onTestFinished(() => void server.close());
    const sockets: Socket[] = [];
    server.on('connection', (socket) => sockets.push(socket));
    onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
    return name;
  }

  const hello = (name: string, version: unknown = 1) =>
    `${JSON.stringify(['nestjs-monitor', version, name])}\n`;

  it('adds up, and leaves nothing behind', async () => {
    const [a, b] = [await joinGroup(path), await joinGroup(path)];
    a.registry.count('work', 1);
    b.registry.count('work', 2);
    expect((await a.read()).counters.work).toBe(3);
    expect((await b.read()).counters.work).toBe(3);
    await b.leave();
    expect((await a.read()).counters.work).toBe(3);
    await a.leave();
    expect(existsSync(path)).toBe(false);
  });

  it('can be joined by many at once, all of which can be reached then', async () => {
    for (let round = 0; round < 5; round++) {
      const all = await Promise.all(Array.from({ length: 8 }, () => joinGroup(path)));
      const names = readdirSync(path);
      for (const { group } of all) {
        expect(names).toContain(`${group.name.text}.sock`);
        expect(names).toContain(`${group.name.text}.totals`);
      }
      for (const one of all) one.registry.count('work');
      expect((await all[0]?.read())?.counters.work).toBe(8);
      await Promise.all(all.map(({ leave }) => leave()));
      expect(existsSync(path)).toBe(false);
    }
  });

  it.each<[string, (name: string) => (socket: Socket) => void, RegExp]>([
    ['sends garbage', () => (socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'), /no JSON/],
    ['sends other JSON', () => (socket) => void socket.write('["hello"]\n'), /something else/],
    ['has another version', (name) => (socket) => void socket.write(hello(name, 0)), /version 0/],
    ['has another name', () => (socket) => void socket.write(hello('1.0-00000000000b')), /another process/],
    [
      'sends wrong numbers',
      (name) => (socket) => void socket.write(`${hello(name)}["v",0,0,["x"]]\n`),
      /unknown metric|nobody asked/,
    ],
    [
      'nests a value a million levels deep',
      (name) => (socket) => {
        const deep = `${'['.repeat(1e6)}${']'.repeat(1e6)}`;
        socket.write(`${hello(name)}["i",0,${deep}]\n`);
      },
      /not the facts/,
    ],
    [
      'sends a version that is none',
      (name) => (socket) =>
        void socket.write(`["nestjs-monitor",${'['.repeat(1e6)}${']'.repeat(1e6)},"${name}"]\n`),
      /version \?/,
    ],
    [
      'sends numbers without end',
      (name) => (socket) => {
        // Spaces are part of JSON, and fast to parse.
        const line = `["v",0,-1,[1]]${' '.repeat(MAX_LINE - 100)}\n`;
        socket.write(`${hello(name)}["f",0,"c","other",{}]\n`);
        const more = () => {
          while (!socket.destroyed && socket.write(line));
        };
        socket.on('drain', more);
        more();
      },
      /more than fits into memory/,
    ],
    [
      'sends a line that never ends',
      (name) => (socket) => {
        socket.write(hello(name));
        const piece = 'x'.repeat(MAX_LINE / 4);
        const more = () => {
          while (!socket.destroyed && socket.write(piece));
        };
        socket.on('drain', more);
        more();
      },
      /too long/,
    ],
  ])('leaves out a neighbour that %s, and says so', async (_what, behave, reason) => {
    const a = await joinGroup(path);
    a.registry.count('work', 5);
    const behaviour: { current?: (socket: Socket) => void } = {};
    const name = neighbour((socket) => behaviour.current?.(socket));
    behaviour.current = behave(name);
    const document = await a.read();
    expect(document.counters.work).toBe(5);
    expect(document.processes).toContainEqual(expect.objectContaining({ pid: 4_194_303, state: 'late' }));
    // Sending may take longer than the timeout of one second.
    await eventually(() => expect(a.log.join('\n')).toMatch(reason));
    // The process is not asked again at once, and the warning is logged once.
    await a.read();
    expect(a.log).toHaveLength(1);
  });

  it('waits once for a neighbour that accepts and says nothing, and then no more', async () => {
    const a = await joinGroup(path);
    neighbour(() => {});
    const [begin, first] = [performance.now(), await a.read()];
    expect(performance.now() - begin).toBeGreaterThanOrEqual(990);
    expect(first.processes).toContainEqual(expect.objectContaining({ pid: 4_194_303, state: 'late' }));
    let isFirst = true;
    const next = a.read().then(() => (isFirst = false));
    // The next read must end first: if it waited for the timeout of one second, the timer would win.
    await Promise.race([next, new Promise((resolve) => setTimeout(resolve, 990))]);
    expect(isFirst).toBe(false);
  });

  it.each([
    ['an hour ago', -3_600_000],
    ['in an hour, because the clock was set back', 3_600_000],
  ])(
    'says of a process that hangs and saved %s that it is late, and not that it has ended',
    async (_when, offset) => {
      const a = await joinGroup(path);
      const name = neighbour(() => {}, `${hello('x')}["f",0,"c","work",{}]\n["v",0,-1,[7]]\n`);
      const when = new Date(Date.now() + offset);
      utimesSync(join(path, `${name}.totals`), when, when);
      const { counters, processes } = await a.read();
      expect(counters.work).toBe(7);
      const member = processes?.find(({ pid }) => pid === 4_194_303);
      expect(member?.state).toBe('late');
      expect(member?.age).toBeGreaterThanOrEqual(offset < 0 ? 3600 : 0);
      expect(member?.age).toBeLessThan(offset < 0 ? 3700 : 100);
    },
  );

  it('waits no longer than a second for one that sends a byte at a time, and takes what it has said when it is done', async () => {
    const a = await joinGroup(path);
    const sockets: Socket[] = [];
    const name = neighbour((socket) => void sockets.push(socket));
    const drip = setInterval(() => sockets[0]?.write(' '), 10);
    onTestFinished(() => clearInterval(drip));
    const { processes } = await a.read();
    expect(processes).toContainEqual(expect.objectContaining({ pid: 4_194_303, state: 'late' }));
    clearInterval(drip);
    sockets[0]?.write(`${hello(name)}["f",0,"c","work",{}]\n["v",0,-1,[7]]\n["e",1]\n`);
    await eventually(async () => expect((await a.read()).counters.work).toBe(7));
    expect(a.log).toEqual([]);
  });

  it('takes a process for one that lives if its socket was removed, as long as it saves its numbers', async () => {
    const a = await joinGroup(path);
    // No process has this pid here: it runs in another container that shares the directory.
    const name = neighbour(() => {}, `${hello('x')}["f",0,"c","work",{}]\n["v",0,-1,[7]]\n`);
    rmSync(join(path, `${name}.sock`));
    const stateOf = async () => (await a.read()).processes?.find(({ pid }) => pid === 4_194_303)?.state;
    expect(await stateOf()).toBe('late');
    const when = new Date(Date.now() - 60_000);
    utimesSync(join(path, `${name}.totals`), when, when);
    expect(await stateOf()).toBe('late');
  });

  it('takes a process for one that has ended if another one has its pid now', async () => {
    const a = await joinGroup(path);
    const name = `${process.ppid}.0-00000000000a`;
    await leaveSocket(join(path, `${name}.sock`));
    const totals = join(path, `${name}.totals`);
    writeFileSync(totals, `${hello(name)}["f",0,"c","work",{}]\n["v",0,-1,[7]]\n`);
    const when = new Date(Date.now() - 60_000);
    utimesSync(totals, when, when);
    const { counters, processes } = await a.read();
    expect(counters.work).toBe(7);
    expect(processes).toContainEqual(expect.objectContaining({ pid: process.ppid, state: 'ended' }));
  });

  it('answers every request of a process that sends very many at once', async () => {
    const a = await joinGroup(path);
    const socket = connect(new GroupDirectory(path).addressOf(a.group.name));
    const requests = 20_000;
    let answers = 0;
    const done = new Promise<void>((resolve) => {
      socket.on('data', (bytes: Buffer) => {
        answers += bytes.toString().split('"e"').length - 1;
        if (answers === requests) resolve();
      });
    });
    socket.write(hello('x') + Array.from({ length: requests }, (_, i) => `["p",${i}]\n`).join(''));
    await done;
    socket.destroy();
  });

  it('keeps names that JavaScript has for itself apart from its objects', async () => {
    const [a, b] = [await joinGroup(path), await joinGroup(path)];
    for (const name of ['__proto__', 'constructor', 'toString']) {
      a.registry.count(name, 1, { ['__proto__']: 'x' });
      b.registry.count(name, 2);
      a.registry.count(name, 3);
    }
    const { counters } = await a.read();
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect([name, Object.getOwnPropertyDescriptor(counters, name)?.value]).toEqual([name, 5]);
    }
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
    expect({}).not.toHaveProperty('x');
  });

  it('goes on when its directory was removed, and all processes find each other again', async () => {
    const [a, b] = [await joinGroup(path), await joinGroup(path)];
    a.registry.count('work', 1);
    b.registry.count('work', 2);
    expect((await a.read()).counters.work).toBe(3);
    rmSync(path, { recursive: true });
    a.registry.count('work', 10);
    // Each process creates the directory again when it saves.
    expect((await a.read()).counters.work).toBe(13);
    b.registry.count('work', 20);
    await eventually(async () => {
      for (const one of [a, b]) {
        const { counters, processes } = await one.read();
        expect(counters.work).toBe(33);
        expect(processes?.map(({ state }) => state)).toEqual(['ok', 'ok']);
      }
    });
    expect(a.log.join()).not.toContain('cannot be saved');
  });

  it('is not disturbed by what connects to a member and sends nonsense', async () => {
    const a = await joinGroup(path);
    a.registry.count('work');
    const address = new GroupDirectory(path).addressOf(a.group.name);
    for (const text of [
      'GET / HTTP/1.1\r\n\r\n',
      'x'.repeat(1000),
      '[]\n[]\n',
      hello('x'),
      `${hello('x')}["c",1,"nothing"]\n`,
    ]) {
      const socket = connect(address);
      socket.on('error', () => {});
      socket.write(text);
      socket.end();
      await new Promise((resolve) => socket.resume().on('close', resolve));
    }
    expect((await a.read()).counters.work).toBe(1);
  });

  it('counts what a file says that was cut off, and no file that is none', async () => {
    const a = await joinGroup(path);
    a.registry.count('work', 5);
    const files: [string, string][] = [
      ['4194301.0-000000000001', `${hello('x')}["f",0,"c","work",{}]\n["v",0,-1,[7]]\n["v",0,-1,[`],
      ['4194302.0-000000000002', '\0\0\0\0'],
      ['4194303.0-000000000003', `${hello('x', 0)}["f",0,"c","work",{}]\n["v",0,-1,[100]]\n`],
    ];
    for (const [name, text] of files) writeFileSync(join(path, `${name}.totals`), text);
    symlinkSync('/dev/zero', join(path, '4194300.0-000000000004.totals'));
    expect((await a.read()).counters.work).toBe(12);
  });

  it('is not joined in a directory that others may write to, that is no directory, or that is a link', async () => {
    mkdirSync(path);
    chmodSync(path, 0o777);
    await expect(joinGroup(path)).rejects.toThrow('is open to other users (mode 0777');
    rmSync(path, { recursive: true });
    mkdirSync(join(directory, 'other'), { mode: 0o700 });
    symlinkSync(join(directory, 'other'), path);
    await expect(joinGroup(path)).rejects.toThrow('is not a directory');
    expect(readdirSync(join(directory, 'other'))).toEqual([]);
    rmSync(path);
    writeFileSync(path, '');
    await expect(joinGroup(path)).rejects.toThrow();
  });

  it.skipIf(process.getuid?.() !== 0)(
    'is not joined in the directory of another user (only root can test it)',
    async () => {
      mkdirSync(path, { mode: 0o700 });
      const { chownSync } = await import('node:fs');
      chownSync(path, 65_534, 65_534);
      await expect(joinGroup(path)).rejects.toThrow('belongs to another user (65534)');
    },
  );

  it('answers for itself, with one warning, when nothing can be saved, and merges again when it can', async () => {
    const [a, b] = [await joinGroup(path), await joinGroup(path)];
    a.registry.count('work', 1);
    b.registry.count('work', 2);
    for (const one of [a, b]) expect((await one.read()).counters.work).toBe(3);
    // A directory in place of the file: not even root can write to it.
    const totals = new GroupDirectory(path).totalsOf(a.group.name);
    rmSync(totals);
    mkdirSync(totals);
    a.registry.count('work', 10);
    for (let i = 0; i < 3; i++) expect((await a.read()).counters.work).toBe(11);
    expect(a.log).toHaveLength(1);
    expect(a.log[0]).toContain('cannot be saved');
    // The other process still has the numbers that it last received.
    expect((await b.read()).counters.work).toBe(3);
    rmSync(totals, { recursive: true });
    expect((await a.read()).counters.work).toBe(13);
    expect((await b.read()).counters.work).toBe(13);
  });

  it('merges those that have ended into one file, without losing or doubling any', async () => {
    const a = await joinGroup(path);
    await a.group.leader.isOwn();
    // More than 16 are merged at once, by the next save of the leader or by the call below.
    for (let i = 1; i <= 17; i++) {
      const one = await joinGroup(path);
      one.registry.count('work', i);
      one.registry.observe('size', i);
      await one.leave();
      expect((await a.read()).counters.work).toBe((i * (i + 1)) / 2);
    }
    await a.group.roster.mergeEnded();
    await eventually(() =>
      expect(readdirSync(path).filter((name) => name.endsWith('.totals'))).toHaveLength(1),
    );
    const b = await joinGroup(path);
    for (const one of [a, b]) {
      const { counters, processes } = await one.read('new');
      expect(counters.work).toBe(153);
      expect(processes).toHaveLength(2);
    }
    expect((await a.read()).histograms.size).toMatchObject({ count: 0 });
  });

  it('removes what clusters have left that were killed as a whole, and nothing else', async () => {
    const parent = join(directory, 'nestjs-monitor-0');
    const long = new Date(Date.now() - 600_000);
    const make = (name: string, pid: number, when: Date) => {
      mkdirSync(join(parent, name), { recursive: true, mode: 0o700 });
      const totals = join(parent, name, `${pid}.0-000000000001.totals`);
      writeFileSync(totals, '');
      utimesSync(totals, when, when);
    };
    make('000000000000000a', 4_194_303, long);
    make('000000000000000b', 4_194_303, new Date());
    make('000000000000000c', process.pid, long);
    make('shop', 4_194_303, long);
    chmodSync(parent, 0o700);
    await joinGroup(join(parent, '000000000000000d'));
    expect(readdirSync(parent).sort()).toEqual([
      '000000000000000b',
      '000000000000000c',
      '000000000000000d',
      'shop',
    ]);
  });

  it('begins at zero when nobody of it has lived any more', async () => {
    const name = '4194303.0-00000000000c';
    mkdirSync(path, { mode: 0o700 });
    await leaveSocket(join(path, `${name}.sock`));
    writeFileSync(join(path, `${name}.totals`), `${hello(name)}["f",0,"c","work",{}]\n["v",0,-1,[7]]\n`);
    const a = await joinGroup(path);
    expect((await a.read()).counters.work).toBeUndefined();
    expect(readdirSync(path).some((file) => file.startsWith(name))).toBe(false);
  });
});
