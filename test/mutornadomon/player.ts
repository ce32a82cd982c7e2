import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { MetricsSnapshot, MonitorOptions } from '../../src/index.js';
import { MonitorModule, MonitorService } from '../../src/index.js';
import type { AdapterName, TestApp } from '../support/app.js';
import { startApp } from '../support/app.js';
import { CatsController } from './cats.controller.js';
import { RawClient } from './raw-client.js';
import type { Outcome, Step } from './recording.js';
import { bytesOf, expectedOf } from './recording.js';
import { present } from '../support/present.js';

/** The path of the endpoint of µtornadomon. With ours at the same path, the recorded bytes can be sent unchanged. */
export const ENDPOINT = 'mutornadomon';

/** Plays recorded steps against one application of ours. */
export class Player {
  private peer: string | undefined;

  private constructor(
    private readonly adapter: AdapterName,
    private readonly running: TestApp,
  ) {
    // A real connection could only have an address of this machine, so the address of each socket is set when it connects.
    this.server.on('connection', (socket: Socket) => {
      Object.defineProperty(socket, 'remoteAddress', { value: this.peer });
    });
  }

  static async start(adapter: AdapterName, options?: MonitorOptions): Promise<Player> {
    const metadata = {
      imports: [MonitorModule.forRoot({ path: ENDPOINT, ...options })],
      controllers: [CatsController],
    };
    return new Player(adapter, await startApp(adapter, metadata));
  }

  /** Executes the step. @returns its outcome. */
  async play(step: Step): Promise<Outcome> {
    try {
      const { peer = '127.0.0.1' } = step;
      this.peer = peer ?? undefined;
      const before = await this.counts();
      const accepted = once(this.server, 'connection') as Promise<[Socket]>;
      const client = await RawClient.connect(this.running.port);
      const [socket] = await accepted;
      await this.converse(client, step);
      // Once the server has closed the connection, it has read and counted everything.
      // Not once() of node:events, which rejects if the connection closes with an error.
      if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
      await setImmediate();
      const after = await this.counts();
      const counts = after.map((value, index) => value - present(before[index])) as Outcome['counts'];
      return { answers: client.answers, counts };
    } catch (cause) {
      throw new Error(`The step "${step.step}" went wrong`, { cause });
    }
  }

  /** The document, as an HTTP client on this machine gets it. */
  document(): Promise<MetricsSnapshot> {
    this.peer = '127.0.0.1';
    return this.running.document(`/${ENDPOINT}`);
  }

  private async converse(client: RawClient, step: Step): Promise<void> {
    const { sends, ends } = step;
    const { doorbell } = this.running.app.get(CatsController);
    const waiting = ends === 'leaves when a handler waits' ? once(doorbell, 'waiting') : undefined;
    for (const [index, bytes] of sends.entries()) {
      await client.isAnswered(index);
      await client.send(bytesOf(bytes));
    }
    await waiting;
    if (ends === 'leaves when answered') await client.isAnswered(1);
    if (ends?.startsWith('leaves')) return client.leave();
    if (ends !== 'finishes') await client.isAnswered(expectedOf(step, this.adapter).answers.length);
    await client.finish();
  }

  private get server(): Server {
    return this.running.app.getHttpServer() as Server;
  }

  private async counts(): Promise<Outcome['counts']> {
    const { counters } = await this.running.app.get(MonitorService).metrics();
    return [
      present(counters.requests),
      present(counters.localhost_requests),
      present(counters.private_requests),
    ];
  }
}
