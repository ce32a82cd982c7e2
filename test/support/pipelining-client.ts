import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';

const STATUS_LINE = 'HTTP/1.1 ';

/** A keep-alive connection that sends many requests before the first response (HTTP pipelining). */
export class PipeliningClient {
  private readonly socket: Socket;
  private readonly closed: Promise<never>;
  private answers = 0;
  private awaited = 0;
  /** The end of the received text, which may be the start of a status line. */
  private rest = '';
  private done: () => void = () => {};

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1').setEncoding('latin1');
    this.socket.on('data', (chunk) => this.receive(String(chunk)));
    this.closed = once(this.socket, 'close').then(() => {
      throw new Error(`The connection was closed after ${this.answers} responses.`);
    });
    // At the end of the test it is closed, and nothing awaits this.
    this.closed.catch(() => {});
  }

  /** Sends requests, and waits for their responses. */
  async send(requests: readonly string[]): Promise<void> {
    this.awaited += requests.length;
    const answered = new Promise<void>((resolve) => (this.done = resolve));
    this.socket.write(requests.join(''), 'latin1');
    await Promise.race([answered, this.closed]);
  }

  close(): void {
    this.socket.destroy();
  }

  private receive(chunk: string): void {
    const text = this.rest + chunk;
    for (let at = text.indexOf(STATUS_LINE); at >= 0; at = text.indexOf(STATUS_LINE, at + 1)) this.answers++;
    this.rest = text.slice(1 - STATUS_LINE.length);
    if (this.answers >= this.awaited) this.done();
  }
}
