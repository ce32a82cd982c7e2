import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { onTestFinished, vi } from 'vitest';
import { freePort } from './free-port.js';

const DAEMON = 'node_modules/statsd/stats.js';

/** It logs with a function that Node removed in 23. */
const UTIL_LOG = 'data:text/javascript,import util from "node:util"; util.log ??= console.log;';

/** The original statsd in its own process. It does not flush during a test. */
export async function startDaemon() {
  const [udp, tcp, management] = [await freePort(), await freePort(), await freePort()];
  const directory = mkdtempSync(join(tmpdir(), 'nestjs-monitor-statsd-'));
  const config = {
    servers: [
      { server: './servers/udp', address: '127.0.0.1', port: udp },
      { server: './servers/tcp', address: '127.0.0.1', port: tcp },
    ],
    mgmt_address: '127.0.0.1',
    mgmt_port: management,
    backends: ['./backends/console'],
    flushInterval: 3_600_000,
    title: false,
  };
  writeFileSync(join(directory, 'config.js'), JSON.stringify(config));
  const args = ['--import', UTIL_LOG, DAEMON, join(directory, 'config.js')];
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  onTestFinished(() => {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });
  const ask = async (what: string): Promise<Record<string, number>> => {
    const answer = await command(management, what);
    return runInNewContext(`(${answer})`) as Record<string, number>;
  };
  await vi.waitFor(() => ask('counters'), { timeout: 60_000, interval: 50 });
  return { udp, tcp, counters: () => ask('counters'), gauges: () => ask('gauges') };
}

async function command(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1', () => socket.write(`${text}\n`));
  let answer = '';
  socket.setEncoding('utf8');
  for await (const chunk of socket) {
    answer += String(chunk);
    if (answer.includes('END\n')) break;
  }
  socket.destroy();
  return answer.slice(0, answer.indexOf('END\n'));
}
