import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { atEnd } from '../../scripts/at-end.mjs';

const SERVER = fileURLToPath(new URL('server.mjs', import.meta.url));

/** Milliseconds after which a server without an answer has failed. Under callgrind, a server is fifty times slower. */
const TIMEOUT = 120_000;

/** One server under test, controlled from the parent process. */
export class ServerProcess {
  #child;
  #runner;
  /** The URL that it serves, once it has started. */
  url = '';

  /**
   * @param {string} adapter a key of `ADAPTERS`
   * @param {string} variant a key of `VARIANTS`
   * @param {{ execPath?: string, execArgv?: string[] }} [runner] what runs it, by default this Node
   */
  constructor(adapter, variant, runner = {}) {
    this.adapter = adapter;
    this.variant = variant;
    this.#runner = runner;
  }

  get pid() {
    return this.#child.pid;
  }

  async start() {
    this.#child = fork(SERVER, [this.adapter, this.variant], {
      ...this.#runner,
      execArgv: [...(this.#runner.execArgv ?? process.execArgv), '--expose-gc'],
      env: { ...process.env, NODE_ENV: 'production' },
    });
    // It ends when this process does, but not while it is stopped.
    const forget = atEnd(() => this.thaw());
    this.#child.once('exit', forget);
    const { url } = await this.#answer();
    this.url = url;
  }

  /** Microseconds of CPU that it has used so far, with helper threads and kernel. */
  async cpu() {
    this.#child.send('cpu');
    const { cpu } = await this.#answer();
    return cpu.user + cpu.system;
  }

  /** The number of requests in the variant's own metrics; `undefined` if it has none. */
  async seen() {
    this.#child.send('seen');
    const { seen } = await this.#answer();
    return seen;
  }

  /**
   * Collects all garbage while the server is idle, as happens sooner or later in every process. V8 then forgets the shape of
   * the objects that `process.nextTick()` creates, and never again optimizes that function well, so each request takes
   * longer. A server after such a collection must not be compared with one before it.
   */
  async age() {
    this.#child.send('age');
    await this.#answer();
  }

  /** Stops the process, so that its timers do not disturb the others. Not possible on Windows. */
  freeze() {
    if (process.platform !== 'win32') this.#child.kill('SIGSTOP');
  }

  /** Continues the process. */
  thaw() {
    if (process.platform !== 'win32') this.#child.kill('SIGCONT');
  }

  async stop() {
    if (!this.#child?.connected) return;
    this.thaw();
    const exit = once(this.#child, 'exit');
    this.#child.disconnect();
    await exit;
  }

  /** The next message of the child. */
  #answer() {
    return new Promise((resolve, reject) => {
      const settle = (outcome, value) => {
        clearTimeout(timer);
        this.#child.off('message', onMessage).off('exit', onExit);
        outcome(value);
      };
      const fail = (what) => settle(reject, new Error(`The server '${this.variant}' ${what}.`));
      const onMessage = (message) => settle(resolve, message);
      const onExit = (code, signal) => fail(`on ${this.adapter} ended with ${signal ?? code}`);
      const timer = setTimeout(() => fail(`on ${this.adapter} has not answered for ${TIMEOUT} ms`), TIMEOUT);
      this.#child.on('message', onMessage).on('exit', onExit);
    });
  }
}
