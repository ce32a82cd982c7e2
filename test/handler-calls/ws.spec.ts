import type { CanActivate, Type } from '@nestjs/common';
import { ParseIntPipe, UseGuards, UseInterceptors } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { MessageBody, SubscribeMessage, WebSocketGateway, WsException } from '@nestjs/websockets';
import { once } from 'node:events';
import { interval, map, Observable, of } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { MonitorOptions } from '../../src/index.js';
import { HandlerCallsInterceptor, MonitorModule, MonitorService } from '../../src/index.js';
import { ADAPTERS, startApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { handlerCalls } from '../support/handler-calls.js';

interface Message {
  event: string;
  data: unknown;
}

class Never implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@WebSocketGateway()
class CatsGateway {
  @SubscribeMessage('find')
  find(@MessageBody() name: string): Message {
    return { event: 'found', data: name };
  }

  @SubscribeMessage('stream')
  stream(): Observable<Message> {
    return of(1, 2, 3).pipe(map((data) => ({ event: 'number', data })));
  }

  @SubscribeMessage('endless')
  endless(): Observable<Message> {
    return interval(1).pipe(map((data) => ({ event: 'tick', data })));
  }

  @SubscribeMessage('silent')
  silent(): void {}

  @SubscribeMessage('throw')
  throw(): never {
    throw new WsException('thrown');
  }

  @SubscribeMessage('pipe')
  pipe(@MessageBody(ParseIntPipe) id: number): Message {
    return { event: 'id', data: id };
  }

  @SubscribeMessage('guarded')
  @UseGuards(Never)
  guarded(): Message {
    return { event: 'never', data: null };
  }
}

@UseInterceptors(HandlerCallsInterceptor)
@WebSocketGateway()
class CountedGateway extends CatsGateway {}

describe.each(ADAPTERS)('a message of a WebSocket on %s', (adapter) => {
  const start = async (gateway: Type = CatsGateway, options: MonitorOptions = {}) => {
    const running = await startApp(
      adapter,
      { imports: [MonitorModule.forRoot(options)], providers: [gateway] },
      (app) => app.useWebSocketAdapter(new WsAdapter(app)),
    );
    const socket = new WebSocket(`ws://127.0.0.1:${running.port}`);
    onTestFinished(() => socket.terminate());
    const received: Message[] = [];
    socket.on('message', (data: Buffer) => received.push(JSON.parse(data.toString()) as Message));
    await once(socket, 'open');
    return {
      ...running,
      socket,
      received,
      send: (event: string, data: unknown = {}) => socket.send(JSON.stringify({ event, data })),
      /** Waits until this many messages have arrived. */
      receive: (count: number) => eventually(() => expect(received.length).toBeGreaterThanOrEqual(count)),
      calls: () => handlerCalls(running.app, 'ws'),
    };
  };

  it('is counted once under its handler, and only its handshake is an HTTP request', async () => {
    const { app, send, receive, received, calls } = await start();
    send('find', 'Felix');
    send('find', 'Tom');
    await receive(2);
    expect(received).toEqual([
      { event: 'found', data: 'Felix' },
      { event: 'found', data: 'Tom' },
    ]);
    expect(await calls()).toEqual({ 'CatsGateway.find ok': 2 });
    expect((await app.get(MonitorService).metrics()).counters.requests).toBe(1);
  });

  it('is counted once, with any number of answers', async () => {
    const { send, receive, received, calls } = await start();
    send('silent');
    send('stream');
    await receive(3);
    expect(received.map(({ data }) => data)).toEqual([1, 2, 3]);
    await eventually(async () =>
      expect(await calls()).toEqual({ 'CatsGateway.silent ok': 1, 'CatsGateway.stream ok': 1 }),
    );
  });

  it.each<[string, MonitorOptions]>([
    ['once where the global interceptor counts it too', {}],
    ['where there is no global interceptor, as for all gateways of Nest 11', { interceptor: false }],
  ])('is counted with an interceptor of its gateway %s', async (_where, options) => {
    const { send, receive, calls } = await start(CountedGateway, options);
    send('find', 'Felix');
    send('stream');
    await receive(4);
    await eventually(async () =>
      expect(await calls()).toEqual({ 'CountedGateway.find ok': 1, 'CountedGateway.stream ok': 1 }),
    );
  });

  it('is counted as cancelled when its client disconnects during a stream', async () => {
    const { send, receive, socket, calls } = await start();
    send('endless');
    await receive(2);
    expect(await calls()).toEqual({});
    socket.terminate();
    await eventually(async () => expect(await calls()).toEqual({ 'CatsGateway.endless cancelled': 1 }));
  });

  it('is counted as an error if a pipe or the handler throws, and not at all without a handler', async () => {
    const { send, receive, calls } = await start();
    send('guarded');
    send('no such event');
    send('throw');
    send('pipe', 'Felix');
    // Each of the three is answered with an exception.
    await receive(3);
    expect(await calls()).toEqual({ 'CatsGateway.throw error': 1, 'CatsGateway.pipe error': 1 });
  });

  it('does not add its data to the metrics', async () => {
    const running = await start();
    const { send, receive } = running;
    for (let i = 0; i < 50; i++) send(i % 2 ? 'find' : `secret-${i}`, `secret-${i}`);
    await receive(25);
    const document = await (await running.get('/monitor')).text();
    expect(document).toContain('CatsGateway.find');
    expect(document).not.toContain('secret');
  });
});
