import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atEnd, run, temporaryDirectory } from '../at-end.mjs';
import { Processes } from './processes.mjs';

const SCRIPT = fileURLToPath(new URL('../../test/scripts/work-process.mjs', import.meta.url));

/** pm2 from npm, in a directory of its own: it is no dependency of the project. */
export class Pm2 {
  #directory = temporaryDirectory('nm-pm2-');
  #home = join(this.#directory, 'home');

  static async install(version = 'latest') {
    const pm2 = new Pm2();
    const options = [
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      '--ignore-scripts',
      '--prefix',
      pm2.#directory,
    ];
    await run('npm', ['install', ...options, `pm2@${version}`]);
    atEnd(() => pm2.#kill());
    return pm2;
  }

  get version() {
    const file = join(this.#directory, 'node_modules/pm2/package.json');
    return JSON.parse(readFileSync(file, 'utf8')).version;
  }

  /** Where the processes have their temporary files. */
  get temporary() {
    const path = join(this.#directory, 'tmp');
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** Runs a command of pm2. @returns what it printed */
  async command(...args) {
    const options = { env: this.#env(), maxBuffer: 64 * 1024 * 1024 };
    const { stdout } = await run(process.execPath, [this.#binary, ...args], options);
    return stdout;
  }

  get #binary() {
    return join(this.#directory, 'node_modules/pm2/bin/pm2');
  }

  /** Of its daemon and of all its processes. */
  #env() {
    const { PATH } = process.env;
    return { PATH, HOME: this.#directory, PM2_HOME: this.#home, TMPDIR: this.temporary };
  }

  /**
   * Starts several instances of an application.
   *
   * @param {'cluster' | 'fork'} mode
   * @param {string} adapter
   * @param {number} instances
   * @param {object} options of the monitor
   */
  async start(mode, adapter, instances, port, options = {}) {
    const processes = new Processes();
    const group = mode === 'fork' ? { processes: { group: 'shop' } } : {};
    const app = {
      name: 'shop',
      script: SCRIPT,
      exec_mode: mode,
      instances,
      // Time to close on a busy machine, and any number of restarts.
      kill_timeout: 30_000,
      listen_timeout: 60_000,
      wait_ready: true,
      min_uptime: 100,
      max_restarts: 1000,
      env: {
        WORK_ADAPTER: adapter,
        WORK_MODE: mode,
        WORK_PORT: String(port),
        WORK_EVENTS: String(await processes.listen()),
        WORK_OPTIONS: JSON.stringify({ ...group, ...options }),
      },
    };
    const file = join(this.#directory, 'ecosystem.json');
    writeFileSync(file, JSON.stringify({ apps: [app] }));
    await this.command('start', file);
    await processes.until(() => processes.pids.length === instances);
    return processes;
  }

  /** Ends the daemon, if there is one, with all processes. */
  #kill() {
    if (existsSync(this.#home))
      spawnSync(process.execPath, [this.#binary, 'kill'], {
        env: this.#env(),
        stdio: 'ignore',
        timeout: 60_000,
      });
  }

  /** Ends the daemon with all processes, and removes everything. */
  close() {
    this.#kill();
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 5 });
  }
}
