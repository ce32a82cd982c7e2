import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.js';

/** A real redis-server with nothing in it, in memory only. */
export class RedisServer {
  readonly host = '127.0.0.1';

  private constructor(
    readonly port: number,
    readonly stop: () => Promise<void>,
    /** Stops and continues the process: clients stay connected, and get no reply meanwhile. */
    readonly signal: (signal: 'SIGSTOP' | 'SIGCONT') => void,
  ) {}

  static async start(program: string, port?: number): Promise<RedisServer> {
    const own = port ?? (await freePort());
    const args = ['--port', String(own), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    const child = spawn(program, [...args, '--dir', '/tmp'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const closed = once(child, 'close');
    const stop = async () => {
      child.kill('SIGKILL');
      await closed;
    };
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.includes('Ready to accept connections')) break;
    }
    child.stdout.resume();
    return new RedisServer(own, stop, (signal) => void child.kill(signal));
  }
}
