import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** These end a process without its 'exit' event, unless it listens to them. */
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'];

const cleanUps = new Set();

/**
 * Runs a clean-up when this process ends: by itself, by an error, or by a signal other than SIGKILL. The last one that was added
 * runs first.
 *
 * @param {() => void} cleanUp must be synchronous
 * @returns {() => void} forgets the clean-up
 */
export function atEnd(cleanUp) {
  if (cleanUps.size === 0) {
    process.on('exit', cleanUpAll);
    for (const signal of SIGNALS) process.on(signal, exitAfter);
  }
  // The same function may be added twice.
  const entry = { cleanUp };
  cleanUps.add(entry);
  return () => {
    if (!cleanUps.delete(entry) || cleanUps.size > 0) return;
    process.off('exit', cleanUpAll);
    for (const signal of SIGNALS) process.off(signal, exitAfter);
  };
}

/** Makes a directory that is removed at the end. */
export function temporaryDirectory(prefix) {
  const directory = mkdtempSync(join(tmpdir(), prefix));
  atEnd(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
  return directory;
}

/** As the promisified `execFile()`, but the program ends with this process. npm passes the signal on to what it runs. */
export async function run(file, args, options = {}) {
  const running = promisify(execFile)(file, args, options);
  const forget = atEnd(() => running.child.kill('SIGTERM'));
  try {
    return await running;
  } finally {
    forget();
  }
}

function cleanUpAll() {
  for (const { cleanUp } of [...cleanUps].reverse()) {
    try {
      cleanUp();
    } catch (error) {
      console.error(error);
    }
  }
}

/** As a shell reports a program that has ended by a signal. */
function exitAfter(signal) {
  process.exit(128 + constants.signals[signal]);
}
