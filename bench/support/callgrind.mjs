import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { temporaryDirectory } from '../../scripts/at-end.mjs';

/**
 * V8 compiles on the main thread, so that the load of the machine has no influence on what is compiled. The young
 * generation is so large that there is no garbage collection while instructions are counted.
 */
const NODE_FLAGS = ['--single-threaded', '--min-semi-space-size=256', '--max-semi-space-size=256'];

/** When callgrind starts to count, it translates each piece of code again at its first run. */
const FIRST_REQUESTS = 300;

/** Ends the process with an explanation where valgrind is missing. */
export function requireValgrind() {
  try {
    execFileSync('valgrind', ['--version'], { stdio: 'ignore' });
  } catch {
    console.error('This needs valgrind: apt-get install valgrind, on Linux.');
    process.exit(1);
  }
}

/** Counts the instructions of one process with callgrind. */
export class Callgrind {
  #directory = temporaryDirectory('instructions-');

  /** What `fork()` needs to run Node under callgrind, which detects code that V8 generates, and starts to count on command. */
  get runner() {
    return {
      execPath: 'valgrind',
      execArgv: [
        '--tool=callgrind',
        '--quiet',
        '--smc-check=all-non-file',
        '--instr-atstart=no',
        '--separate-threads=yes',
        `--callgrind-out-file=${path.join(this.#directory, 'counted')}`,
        process.execPath,
        ...NODE_FLAGS,
      ],
    };
  }

  /**
   * @param {number} pid the process that {@link runner} runs
   * @param {(requests: number) => Promise<unknown>} send sends that many requests
   * @param {{ warmUp: number, requests: number }} counts
   * @returns {Promise<number>} the instructions of the main thread for one request
   */
  async count(pid, send, { warmUp, requests }) {
    await send(warmUp);
    control(pid, '--instr=on');
    await send(FIRST_REQUESTS);
    control(pid, '--zero');
    await send(requests);
    control(pid, '--dump');
    return this.#mainThreadTotal() / requests;
  }

  remove() {
    rmSync(this.#directory, { recursive: true });
  }

  /** The total of the first thread in the first dump. */
  #mainThreadTotal() {
    const name = readdirSync(this.#directory).find((file) => file.endsWith('.1-01'));
    const dump = name === undefined ? '' : readFileSync(path.join(this.#directory, name), 'utf8');
    const [, total] = /^totals: ([1-9]\d*)$/m.exec(dump) ?? [];
    if (total === undefined) throw new Error('callgrind has not counted: see its output above.');
    return Number(total);
  }
}

/** Sends a command to callgrind, and waits until it is done. */
function control(pid, command) {
  execFileSync('callgrind_control', [command, String(pid)], { stdio: ['ignore', 'ignore', 'inherit'] });
}
