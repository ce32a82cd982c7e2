import { once } from 'node:events';
import type { Socket } from 'node:net';

/** Characters that are buffered before they are written to the socket. */
const CHUNK = 65_536;

/** Writes lines to a socket. */
export class LineWriter {
  private pieces: string[] = [];
  private length = 0;
  /** Whether the buffer of the socket is full. */
  private isFull = false;

  constructor(private readonly socket: Socket) {}

  write(line: unknown): void {
    this.writeText(JSON.stringify(line));
  }

  /** Writes a line that is JSON already. */
  writeText(json: string): void {
    const text = `${json}\n`;
    this.pieces.push(text);
    this.length += text.length;
    if (this.length >= CHUNK) this.flush();
  }

  /** Flushes the lines. If the buffer of the socket is full, waits until it has drained or the socket is closed. */
  async drain(): Promise<void> {
    this.flush();
    if (!this.isFull || this.socket.destroyed) return;
    const closing = new AbortController();
    const onClose = () => closing.abort();
    this.socket.once('close', onClose);
    await once(this.socket, 'drain', { signal: closing.signal }).catch(() => {});
    this.socket.off('close', onClose);
    this.isFull = false;
  }

  private flush(): void {
    const text = this.pieces.join('');
    this.pieces = [];
    this.length = 0;
    if (text !== '' && !this.socket.destroyed) this.isFull = !this.socket.write(text);
  }
}
