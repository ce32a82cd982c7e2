import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import type { Requirement } from './tools.js';
import { requirement } from './tools.js';

const run = promisify(execFile);

/** Debian has a folder for each version, which is not in the PATH. */
const VERSIONS = '/usr/lib/postgresql';

/** @throws if it is not installed where the tests must be complete (`CI`). */
export function needsPostgres(): Requirement & { readonly bin: string } {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS) : [];
  const bin = versions
    .map((version) => join(VERSIONS, version, 'bin'))
    .find((one) => existsSync(join(one, 'initdb')));
  if (bin === undefined && process.env.CI)
    throw new Error('The tests need postgresql, which is not installed.');
  return { bin: bin ?? '', ...requirement(bin !== undefined, 'postgresql, which is not installed') };
}

/** A real PostgreSQL with an empty database, for connections by the user `test` without a password. */
export class PostgresServer {
  private constructor(
    readonly port: number,
    readonly stop: () => Promise<void>,
  ) {}

  static async start(bin: string): Promise<PostgresServer> {
    const directory = mkdtempSync(join(tmpdir(), 'monitor-postgres-'));
    const port = await freePort();
    // PostgreSQL refuses to run as root. Debian's package creates the user `postgres`.
    const isRoot = userInfo().uid === 0;
    const as = (program: string, args: string[]): [string, string[]] =>
      isRoot ? ['runuser', ['-u', 'postgres', '--', program, ...args]] : [program, args];
    if (isRoot) chownSync(directory, ...(await idsOf('postgres')));
    const data = join(directory, 'data');
    const options = { cwd: '/' };
    await run(
      ...as(join(bin, 'initdb'), ['-D', data, '-U', 'test', '-A', 'trust', '-N', '--no-locale']),
      options,
    );
    const settings = { port, unix_socket_directories: '', listen_addresses: '127.0.0.1', fsync: 'off' };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(...as(join(bin, 'postgres'), ['-D', data, ...flags]), {
      ...options,
      stdio: 'ignore',
    });
    const closed = once(child, 'close');
    const stop = async () => {
      // Not by a signal, which `runuser` does not pass on.
      await run(...as(join(bin, 'pg_ctl'), ['stop', '-D', data, '-m', 'immediate']), options);
      await closed;
      rmSync(directory, { recursive: true, force: true });
    };
    const isReady = () => run(join(bin, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)]);
    await eventually(isReady);
    return new PostgresServer(port, stop);
  }
}

async function idsOf(user: string): Promise<[uid: number, gid: number]> {
  const id = async (flag: string) => Number((await run('id', [flag, user])).stdout);
  return [await id('-u'), await id('-g')];
}
