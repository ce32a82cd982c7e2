import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('server.mjs', import.meta.url));

/** Milliseconds after which a server that does not answer has failed. */
const PATIENCE = 30_000;

/** The parent's side of one server under test. */
export class ServerProcess {
  #child;
  #runner;
  /** Where it listens, once it has started. */
  url = '';

  /**
   * @param {string} adapter a key of `ADAPTERS`
   * @param {string} variant a key of `VARIANTS`
   * @param {{ execPath?: string, execArgv?: string[] }} [runner] what is to run it, if not Node as it is
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
    const { url } = await this.#answer();
    this.url = url;
  }

  /** Microseconds of CPU that it has used so far, its helper threads and its share of the kernel included. */
  async cpu() {
    this.#child.send('cpu');
    const { cpu } = await this.#answer();
    return cpu.user + cpu.system;
  }

  /** How many requests the variant says that it has seen; `undefined` if it is one that looks at none. */
  async seen() {
    this.#child.send('seen');
    const { seen } = await this.#answer();
    return seen;
  }

  /**
   * Collects all garbage while nothing goes on, as happens sooner or later to every process. V8 then forgets the shape of
   * the objects that `process.nextTick()` makes, and does not compile that function well ever after: each request takes
   * longer from then on. So a server that had this is not to be compared with one that had not.
   */
  async age() {
    this.#child.send('age');
    await this.#answer();
  }

  /** Keeps it from running, so that its timers do not disturb the others. Windows has no way to do that. */
  freeze() {
    if (process.platform !== 'win32') this.#child.kill('SIGSTOP');
  }

  /** Lets it run again. */
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
      const timer = setTimeout(
        () => fail(`on ${this.adapter} has not answered for ${PATIENCE} ms`),
        PATIENCE,
      );
      this.#child.on('message', onMessage).on('exit', onExit);
    });
  }
}
