import cluster from 'node:cluster';
import { StartError } from './start.error.js';

const MAX_WORKERS = 64;

/** The number of processes from the environment variable `WORKERS`. */
export function workersFrom(text: string | undefined): number {
  if (text === undefined) return 1;
  const workers = /^\d+$/.test(text) ? Number(text) : 0;
  if (workers >= 1 && workers <= MAX_WORKERS) return workers;
  throw new StartError(
    `WORKERS is ${JSON.stringify(text)}, but must be a whole number from 1 to ${MAX_WORKERS}.`,
  );
}

/** Starts the shop in several processes behind one port. The monitor needs no code here. */
export function startWorkers(count: number): void {
  let isStopping = false;
  for (let i = 0; i < count; i++) cluster.fork();
  cluster.on('exit', (_worker, code) => {
    // A worker that cannot start has printed why.
    if (code === 1) process.exitCode = 1;
    else if (!isStopping) cluster.fork();
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      isStopping = true;
      for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill(signal);
    });
  }
}
