import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { vi } from 'vitest';

/** A client that sends what it is told to, whether or not that is HTTP. One character is one byte. */
export class RawClient {
  private readonly socket: Socket;
  private received = '';

  private constructor(port: number) {
    this.socket = connect(port, '127.0.0.1').setEncoding('latin1');
    this.socket.on('data', (text) => (this.received += String(text)));
    // A server that closes on a client which still sends looks like this. What was answered before still counts.
    this.socket.on('error', () => {});
  }

  static async connect(port: number): Promise<RawClient> {
    const client = new RawClient(port);
    await once(client.socket, 'connect');
    return client;
  }

  /** The status of each answer so far. */
  get answers(): number[] {
    return [...this.received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  }

  /** Comes back when the bytes are out of this process. */
  send(bytes: string): Promise<void> {
    return new Promise((resolve) => this.socket.write(bytes, 'latin1', () => resolve()));
  }

  /** Waits for so many answers, or for the server to hang up. */
  async isAnswered(answers: number): Promise<void> {
    await vi.waitUntil(() => this.answers.length >= answers || this.socket.closed, {
      interval: 1,
      timeout: 5000,
    });
  }

  /** Says that it will send no more, and reads on until the server has hung up. */
  async finish(): Promise<void> {
    this.socket.end();
    await this.isAnswered(Infinity);
  }

  /** Hangs up. */
  leave(): void {
    this.socket.destroy();
  }
}
