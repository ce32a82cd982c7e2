// A cluster of work-process.mjs: each worker that ends is replaced. It ends, with all workers, when its standard input does.
//
// work-cluster.mjs WORKERS
import cluster from 'node:cluster';
import { fileURLToPath } from 'node:url';

cluster.setupPrimary({ exec: fileURLToPath(new URL('work-process.mjs', import.meta.url)) });
for (let i = 0; i < Number(process.argv[2]); i++) cluster.fork();
cluster.on('exit', () => cluster.fork());
process.stdin.resume().on('end', () => {
  for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGKILL');
  process.exit();
});
