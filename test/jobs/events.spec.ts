import { Injectable, Scope } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventEmitter2, EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MonitorModule } from '../../src/index.js';
import { moduleOf } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { handlerCalls } from '../support/handler-calls.js';

let received: unknown[] = [];

@Injectable()
class Orders {
  private readonly name = 'orders';

  @OnEvent('order.placed') onPlaced(...args: unknown[]): void {
    received.push([this.name, ...args]);
  }

  @OnEvent('order.placed') @OnEvent('order.paid') async onEither(): Promise<void> {
    await Promise.resolve();
    throw new Error('on purpose');
  }

  @OnEvent('order.lost', { suppressErrors: false }) onLost(): void {
    throw new Error('for the emitter');
  }
}

@Injectable({ scope: Scope.REQUEST })
class Audit {
  @OnEvent('order.placed') write(): void {
    received.push('audit');
  }
}

describe.each([
  ['before', () => [MonitorModule.forRoot(), EventEmitterModule.forRoot()]],
  ['after', () => [EventEmitterModule.forRoot(), MonitorModule.forRoot()]],
])('with the monitor imported %s the emitter', (_order, imports) => {
  it('handlers of events are counted with their outcome, also where the emitter swallows the error', async () => {
    received = [];
    const module = moduleOf({ imports: imports(), providers: [Orders, Audit] });
    const app = await NestFactory.createApplicationContext(module, { logger: false });
    onTestFinished(() => app.close());
    const emitter = app.get(EventEmitter2);
    emitter.emit('order.placed', 7, 'paid');
    emitter.emit('order.placed', 8);
    emitter.emit('order.paid');
    await expect(emitter.emitAsync('order.lost')).rejects.toThrow('for the emitter');
    await eventually(async () =>
      expect(await handlerCalls(app, 'event')).toEqual({
        'Orders.onPlaced ok': 2,
        'Orders.onEither error': 3,
        'Orders.onLost error': 1,
        'Audit.write ok': 2,
      }),
    );
    expect(received.filter((one) => one !== 'audit')).toEqual([
      ['orders', 7, 'paid'],
      ['orders', 8],
    ]);
    expect(received.filter((one) => one === 'audit')).toHaveLength(2);
  });
});

it('jobs: false measures no handler of events', async () => {
  received = [];
  const module = moduleOf({
    imports: [EventEmitterModule.forRoot(), MonitorModule.forRoot({ jobs: false })],
    providers: [Orders],
  });
  const app = await NestFactory.createApplicationContext(module, { logger: false });
  onTestFinished(() => app.close());
  app.get(EventEmitter2).emit('order.placed', 1);
  expect(received).toEqual([['orders', 1]]);
  expect(await handlerCalls(app, 'event')).toEqual({});
});
