import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { vi } from 'vitest';

/** A client that sends any bytes, valid HTTP or not. One character is one byte. */
export class RawClient {
  private readonly socket: Socket;
  private received = '';

  private constructor(port: number) {
    this.socket = connect(port, '127.0.0.1').setEncoding('latin1');
    this.socket.on('data', (text) => (this.received += String(text)));
    // The server may close while the client still sends. The responses before that still count.
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

  /** Resolves when the bytes have left this process. */
  send(bytes: string): Promise<void> {
    return new Promise((resolve) => this.socket.write(bytes, 'latin1', () => resolve()));
  }

  /** Waits for this many answers, or until the connection is closed. */
  async isAnswered(answers: number): Promise<void> {
    await vi.waitUntil(() => this.answers.length >= answers || this.socket.closed, {
      interval: 1,
      timeout: 60_000,
    });
  }

  /** Ends its side of the connection, and reads until the server has closed it. */
  async finish(): Promise<void> {
    this.socket.end();
    await this.isAnswered(Infinity);
  }

  /** Closes the connection at once. */
  leave(): void {
    this.socket.destroy();
  }
}
