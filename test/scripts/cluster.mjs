// A cluster of applications behind one port, each of which answers for all. The primary needs no code for that.
//
// cluster.mjs ADAPTER WORKERS [OPTIONS]: prints {"pid", "event"} for each worker that listens, publishes or exits, and takes commands
// as lines: "kill PID [SIGNAL]", "fork", "tell PID JSON". OPTIONS are those of the monitor as JSON, with "publish": true in addition.
// It ends when its standard input does.
import cluster from 'node:cluster';
import { createInterface } from 'node:readline';
import { startWork } from './work-application.mjs';
import { freePorts } from '../../scripts/processes/free-port.mjs';

const [adapter, workers = '4', options = '{}'] = process.argv.slice(2);
const print = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

if (cluster.isPrimary) {
  const port = await freePorts(1);
  const fork = () => {
    const worker = cluster.fork({ PORT: String(port) });
    const { pid } = worker.process;
    worker.on('message', (message) => {
      if (message.port === undefined) return print({ pid, ...message });
      print({ pid, event: 'listening', port });
    });
    worker.on('exit', (code, signal) => print({ pid, event: 'exit', code, signal }));
    return worker;
  };
  for (let i = 0; i < Number(workers); i++) fork();
  const commands = createInterface({ input: process.stdin });
  commands.on('line', (line) => {
    const [command, pid, signal = 'SIGKILL'] = line.split(' ');
    if (command === 'fork') fork();
    if (command === 'kill') process.kill(Number(pid), signal);
    if (command === 'tell') {
      const worker = Object.values(cluster.workers).find((one) => one.process.pid === Number(pid));
      worker?.send(JSON.parse(signal));
    }
  });
  commands.on('close', () => {
    for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGKILL');
    process.exit();
  });
} else {
  const { publish, ...monitorOptions } = JSON.parse(options);
  const publisher = publish
    ? (metrics) =>
        void process.send({
          event: 'publish',
          work: metrics.counters.work ?? 0,
          size: metrics.histograms.size?.count ?? 0,
        })
    : undefined;
  const app = await startWork(adapter, Number(process.env.PORT), {
    ...monitorOptions,
    ...(publisher && { publisher }),
  });
  process.send({ port: app.getHttpServer().address().port });
}
