import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { MetricsSnapshot } from '../../src/index.js';
import { environment } from './scripts.js';

const SCRIPT = fileURLToPath(new URL('../scripts/work-process.mjs', import.meta.url));

/** An event that one of the processes sends. */
export interface WorkEvent {
  readonly pid: number;
  readonly event: 'listening' | 'publish' | 'interval' | 'exit';
  readonly port?: number;
  readonly work?: number;
  readonly size?: number;
}

/** Processes with nothing in common but an option of the monitor; each has its own port. */
export class WorkProcesses {
  readonly ports = new Map<number, number>();
  readonly events: WorkEvent[] = [];
  /** What they wrote to stdout and stderr. */
  log = '';
  private readonly waiting = new Set<() => void>();
  private readonly children = new Set<ChildProcess>();
  private eventsPort = 0;

  private constructor() {}

  static async listen(): Promise<WorkProcesses> {
    const processes = new WorkProcesses();
    const server = createServer((socket) => {
      socket.on('error', () => {});
      createInterface({ input: socket }).on('line', (line) => processes.take(JSON.parse(line) as WorkEvent));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    processes.eventsPort = (server.address() as AddressInfo).port;
    onTestFinished(() => {
      server.close();
      for (const child of processes.children) child.kill('SIGKILL');
    });
    return processes;
  }

  get pids(): number[] {
    return [...this.ports.keys()];
  }

  /** Starts a process, and waits until it listens. @returns its pid. */
  async start(adapter: string, options: object, env: NodeJS.ProcessEnv = {}): Promise<number> {
    const settings = {
      WORK_ADAPTER: adapter,
      WORK_PORT: '0',
      WORK_EVENTS: String(this.eventsPort),
      WORK_OPTIONS: JSON.stringify(options),
    };
    const child = spawn(process.execPath, [SCRIPT], { env: { ...environment(), ...settings, ...env } });
    this.children.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text: Buffer) => (this.log += text.toString()));
    }
    const { pid = 0 } = child;
    child.on('exit', () => {
      this.children.delete(child);
      this.ports.delete(pid);
      this.take({ pid, event: 'exit' });
    });
    await this.until(() => this.ports.has(pid) || !this.children.has(child));
    if (!this.ports.has(pid)) throw new Error(`It has ended: ${this.log}`);
    return pid;
  }

  /** Waits until the condition holds, which is checked after each event. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.waiting.add(resolve));
  }

  /** Ends a process, and waits until it has exited. */
  async end(pid: number, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    process.kill(pid, signal);
    await this.until(() => !this.ports.has(pid));
  }

  request(pid: number, path: string, headers: Record<string, string> = {}): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const port = this.ports.get(pid);
      const request = get({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('end', () => resolve(Buffer.concat(pieces)));
        response.on('error', reject);
      });
      request.on('error', reject);
    });
  }

  /** Reads the document of one process until all have answered it in time. */
  async document(pid: number, query = ''): Promise<MetricsSnapshot> {
    for (;;) {
      const document = JSON.parse(
        (await this.request(pid, `/monitor${query}`)).toString(),
      ) as MetricsSnapshot;
      const states = document.processes?.map(({ state }) => state) ?? [];
      const count = query.includes('process=') ? 1 : this.ports.size;
      if (!states.includes('late') && states.filter((state) => state === 'ok').length === count)
        return document;
    }
  }

  private take(event: WorkEvent): void {
    this.events.push(event);
    if (event.event === 'listening') this.ports.set(event.pid, event.port ?? 0);
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }
}
