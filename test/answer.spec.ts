import type { IncomingMessage, ServerResponse } from 'node:http';
import { get } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http2';
import { connect, createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Answer } from '../src/endpoint/streaming/answer.js';
import { eventually } from './support/eventually.js';
import { serve } from './support/serve.js';

/** More than Node buffers for a response, so that each one waits until the client has taken it. */
const CHUNK = 'x'.repeat(100_000);

async function answering(
  work: (answer: Answer) => Promise<unknown>,
  asClient: (port: number) => Promise<void>,
): Promise<void> {
  await asClient(await serve((request, response) => void work(new Answer(request, response, () => {}))));
}

describe('an answer', () => {
  it('keeps nothing for each time that an event stream waited for its client', async () => {
    let kept = 0;
    let bytes = 0;
    await answering(
      (answer) => {
        const whenOver = vi.spyOn(answer, 'whenOver');
        async function* chunks() {
          for (let i = 0; i < 50; i++) yield CHUNK;
          kept = whenOver.mock.calls.length;
        }
        return answer.send({ type: 'text/event-stream', body: chunks(), timeout: Infinity });
      },
      async (port) => {
        const request = get({ port, host: '127.0.0.1', agent: false });
        const [response] = (await once(request, 'response')) as [AsyncIterable<Buffer>];
        for await (const chunk of response) bytes += chunk.length;
      },
    );
    expect(bytes).toBe(50 * CHUNK.length);
    // The call by send() itself.
    expect(kept).toBe(1);
  });

  it('ends the source of a stream whose client leaves while the stream waits for it', async () => {
    let isEnded = false;
    let wasSent: boolean | undefined;
    let made = 0;
    let onEnd = () => {};
    const ended = new Promise<void>((resolve) => (onEnd = resolve));
    await answering(
      async (answer) => {
        async function* chunks() {
          try {
            for (;;) {
              made++;
              yield CHUNK;
            }
          } finally {
            isEnded = true;
          }
        }
        wasSent = await answer.send({ type: 'text/event-stream', body: chunks(), timeout: Infinity });
        onEnd();
      },
      async (port) => {
        const request = get({ port, host: '127.0.0.1', agent: false });
        request.on('error', () => {});
        const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
        response.on('error', () => {});
        // The client reads nothing, so the stream stops once all buffers are full.
        await eventually(async () => {
          const before = made;
          await new Promise((resolve) => setTimeout(resolve, 100));
          expect(made).toBe(before);
        });
        request.destroy();
        await ended;
        await eventually(() => expect(isEnded).toBe(true));
      },
    );
    expect(wasSent).toBe(false);
  });

  it('that the application closes is a 503 that ends the connection, over HTTP/2 without a warning of Node', async () => {
    const warnings: string[] = [];
    const onWarning = ({ message }: Error) => void warnings.push(message);
    process.on('warning', onWarning);
    onTestFinished(() => void process.off('warning', onWarning));
    const close = (request: IncomingMessage, response: ServerResponse) =>
      new Answer(request, response, () => {}).close(503, 'closing');

    const answer = await fetch(`http://127.0.0.1:${await serve(close)}`);
    expect([answer.status, answer.headers.get('connection')]).toEqual([503, 'close']);
    expect(await answer.text()).toBe('closing');

    const server = createServer((request, response) => close(request as never, response as never));
    onTestFinished(() => void server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    onTestFinished(() => session.destroy());
    const stream = session.request();
    const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders];
    expect(headers[':status']).toBe(503);
    await once(stream.resume(), 'close');
    expect(warnings).toEqual([]);
  });
});
