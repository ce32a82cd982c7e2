import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Processes } from './processes.mjs';

const SCRIPT = fileURLToPath(new URL('../../test/scripts/work-cluster.mjs', import.meta.url));

/** Starts a cluster, whose primary replaces each worker that ends. */
export async function startCluster(adapter, workers, port, options = {}) {
  const processes = new Processes();
  const { PATH, HOME, TMPDIR } = process.env;
  const env = {
    PATH,
    HOME,
    TMPDIR,
    WORK_ADAPTER: adapter,
    WORK_PORT: String(port),
    WORK_EVENTS: String(await processes.listen()),
    WORK_OPTIONS: JSON.stringify(options),
  };
  const primary = spawn(process.execPath, [SCRIPT, String(workers)], {
    env,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await processes.until(() => processes.pids.length === workers);
  const close = async () => {
    primary.stdin.end();
    if (primary.exitCode === null) await once(primary, 'exit');
    processes.close();
  };
  return { processes, close };
}
