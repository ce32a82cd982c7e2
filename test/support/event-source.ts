import { onTestFinished } from 'vitest';

/** A server-sent event. */
export interface ServerEvent {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: unknown;
}

/** A client of `GET /monitor/events`, closed when the test ends. */
export class EventStream {
  private readonly aborter = new AbortController();
  private readonly events: AsyncGenerator<ServerEvent>;
  private isOpen = true;

  private constructor(readonly response: Response) {
    this.events = parse(response);
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<EventStream> {
    const aborter = new AbortController();
    const response = await fetch(url, { headers, signal: aborter.signal });
    const stream = new EventStream(response);
    stream.aborter.signal.addEventListener('abort', () => aborter.abort());
    onTestFinished(() => stream.close());
    return stream;
  }

  /** Waits for the next event of this name, and skips others; `undefined` when the stream has ended. */
  async next(name: string, accepts: (data: never) => boolean = () => true): Promise<ServerEvent | undefined> {
    for (;;) {
      const { value, done } = await this.events.next();
      if (done === true) return undefined;
      if (value.event === name && accepts(value.data as never)) return value;
    }
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.aborter.abort();
  }
}

async function* parse(response: Response): AsyncGenerator<ServerEvent> {
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const fields = Object.fromEntries(
          text
            .slice(0, end)
            .split('\n')
            .map((line) => line.split(/: (.*)/s, 2) as [string, string]),
        ) as Record<string, string | undefined>;
        text = text.slice(end + 2);
        const { id, event, data } = fields;
        yield { id, event, data: data === undefined ? undefined : (JSON.parse(data) as unknown) };
      }
    }
  } catch {
    // The stream was closed by either side: it has ended.
  }
}
