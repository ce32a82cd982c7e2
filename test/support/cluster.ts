import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { MetricsSnapshot } from '../../src/index.js';
import { environment } from './scripts.js';

const SCRIPT = fileURLToPath(new URL('../scripts/cluster.mjs', import.meta.url));

/** What the primary prints. */
export interface ClusterEvent {
  readonly pid: number;
  readonly event: 'listening' | 'exit' | 'publish';
  readonly port?: number;
  readonly work?: number;
  readonly size?: number;
}

/** A cluster of applications behind one port. */
export class Cluster {
  port = 0;
  readonly pids = new Set<number>();
  readonly events: ClusterEvent[] = [];
  /** What the workers and the primary wrote to stderr. */
  errors = '';
  /** The log of the workers. */
  log = '';
  private readonly waiting = new Set<() => void>();

  private constructor(private readonly primary: ChildProcessWithoutNullStreams) {
    createInterface({ input: primary.stdout }).on('line', (line) => {
      if (line.startsWith('{')) this.take(JSON.parse(line) as ClusterEvent);
      else this.log += `${line}\n`;
    });
    primary.stderr.on('data', (text: Buffer) => (this.errors += text.toString()));
    primary.on('close', () => this.wake());
  }

  static async start(adapter: string, workers: number, options: object = {}, env: NodeJS.ProcessEnv = {}) {
    const args = [SCRIPT, adapter, String(workers), JSON.stringify(options)];
    const cluster = new Cluster(spawn(process.execPath, args, { env: { ...environment(), ...env } }));
    await cluster.until(() => {
      if (cluster.events.some(({ event }) => event === 'exit')) throw new Error(cluster.errors);
      return cluster.pids.size === workers;
    });
    return cluster;
  }

  /** Waits until the condition holds, which is checked after each event. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.primary.exitCode !== null) throw new Error(`The cluster has ended: ${this.errors}`);
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  command(text: string): void {
    this.primary.stdin.write(`${text}\n`);
  }

  /** Blocks the event loop of a worker for some milliseconds, or makes its requests fail. */
  tell(pid: number, what: { readonly block?: number; readonly fail?: boolean }): void {
    this.command(`tell ${pid} ${JSON.stringify(what)}`);
  }

  /** Ends a worker, and waits until it has exited. */
  async end(pid: number, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.command(`kill ${pid} ${signal}`);
    await this.until(() => !this.pids.has(pid));
  }

  /** Starts one more worker. */
  async fork(): Promise<number> {
    const before = new Set(this.pids);
    this.command('fork');
    await this.until(() => [...this.pids].some((pid) => !before.has(pid)));
    return [...this.pids].find((pid) => !before.has(pid)) ?? 0;
  }

  /** A request on a connection of its own: the primary gives it to the next worker. */
  request(
    path: string,
    headers: Record<string, string> = {},
    method = 'GET',
  ): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const options = { port: this.port, path, headers, method, agent: false };
      const request = get(options, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (piece: string) => (body += piece));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
        response.on('error', reject);
      });
      request.on('error', reject);
    });
  }

  /**
   * Reads the document until all living processes have answered in time: on a busy machine one may be late, and its window is part of
   * the next read. The count of the histogram `size` is that of all these reads.
   */
  async document(query = ''): Promise<MetricsSnapshot> {
    let count = 0;
    for (;;) {
      const { status, body } = await this.request(`/monitor${query}`);
      if (status !== 200) throw new Error(`${status} ${body}`);
      const document = JSON.parse(body) as MetricsSnapshot;
      const { size } = document.histograms;
      count += size?.count ?? 0;
      if (size !== undefined) size.count = count;
      const living = document.processes?.filter(({ state }) => state === 'ok') ?? [];
      const isLate = document.processes?.some(({ state }) => state === 'late') ?? true;
      if (!isLate && (query.includes('process=') || living.length === this.pids.size)) return document;
    }
  }

  /** Sends a request to each worker, whichever the primary chooses; each counts one. @returns how many it took. */
  async workInAll(query = ''): Promise<number> {
    const left = new Set(this.pids);
    let requests = 0;
    while (left.size > 0) {
      const { body } = await this.request(`/work${query}`);
      left.delete((JSON.parse(body) as { pid: number }).pid);
      requests++;
    }
    return requests;
  }

  async close(): Promise<void> {
    this.primary.stdin.end();
    if (this.primary.exitCode === null) await once(this.primary, 'exit');
  }

  private take(event: ClusterEvent): void {
    this.events.push(event);
    if (event.event === 'listening') {
      this.port = event.port ?? 0;
      this.pids.add(event.pid);
    }
    if (event.event === 'exit') this.pids.delete(event.pid);
    this.wake();
  }

  private wake(): void {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }
}
