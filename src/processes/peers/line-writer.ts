import { once } from 'node:events';
import type { Socket } from 'node:net';

/** Characters that are written at once. */
const CHUNK = 65_536;

/** Writes lines to a socket no faster than the other side takes them. */
export class LineWriter {
  private pieces: string[] = [];
  private length = 0;

  constructor(private readonly socket: Socket) {}

  /** @returns what to wait for before the next line, if there is anything. */
  write(line: unknown): Promise<void> | undefined {
    const text = `${JSON.stringify(line)}\n`;
    this.pieces.push(text);
    this.length += text.length;
    return this.length < CHUNK ? undefined : this.flush();
  }

  flush(): Promise<void> | undefined {
    const text = this.pieces.join('');
    this.pieces = [];
    this.length = 0;
    if (this.socket.destroyed || this.socket.write(text)) return undefined;
    const closing = new AbortController();
    const onClose = () => closing.abort();
    this.socket.once('close', onClose);
    return once(this.socket, 'drain', { signal: closing.signal })
      .then(
        () => {},
        () => {},
      )
      .finally(() => this.socket.off('close', onClose));
  }
}
