import { Controller } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { ClientProxyFactory, MessagePattern, Transport } from '@nestjs/microservices';
import { firstValueFrom } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { MetricsSnapshot, MonitorOptions } from '../src/index.js';
import { MonitorModule, MonitorService } from '../src/index.js';
import { ADAPTERS, moduleOf, startApp } from './support/app.js';
import { freePort } from './support/free-port.js';
import { RecordingLogger } from './support/recording-logger.js';

@Controller()
class CatsController {
  constructor(private readonly monitor: MonitorService) {}

  @MessagePattern('cats')
  cats(): string {
    this.monitor.count('cats');
    return 'cats';
  }
}

async function ask(port: number): Promise<unknown> {
  const client = ClientProxyFactory.create({
    transport: Transport.TCP,
    options: { host: '127.0.0.1', port },
  });
  try {
    return await firstValueFrom(client.send('cats', {}));
  } finally {
    await client.close();
  }
}

describe('a microservice', () => {
  const start = async (options: MonitorOptions) => {
    const [port, log] = [await freePort(), new RecordingLogger()];
    const root = moduleOf({ imports: [MonitorModule.forRoot(options)], controllers: [CatsController] });
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(root, {
      logger: log,
      transport: Transport.TCP,
      options: { host: '127.0.0.1', port },
    });
    onTestFinished(() => app.close());
    await app.listen();
    return { app, port, log };
  };

  it('is monitored, and its messages are no HTTP requests', async () => {
    const { app, port } = await start({});
    expect(await ask(port)).toBe('cats');
    expect((await app.get(MonitorService).metrics()).counters).toMatchObject({ cats: 1, requests: 0 });
  });

  it('publishes, the last time when it closes', async () => {
    const published: MetricsSnapshot[] = [];
    const { app, port, log } = await start({ publisher: (metrics) => published.push(metrics) });
    await ask(port);
    await app.close();
    expect(published).toEqual([
      expect.objectContaining({ counters: expect.objectContaining({ cats: 1 }) as unknown }),
    ]);
    expect(log.warnings).toEqual([]);
  });

  it('logs a warning that nothing reads its metrics, if it has no publisher', async () => {
    const { log } = await start({});
    expect(log.warnings).toEqual([expect.stringContaining('nothing reads its metrics')]);
  });
});

describe.each(ADAPTERS)('a hybrid application on %s', (adapter) => {
  it('counts its HTTP requests, and not its messages', async () => {
    const port = await freePort();
    const running = await startApp(
      adapter,
      { imports: [MonitorModule.forRoot()], controllers: [CatsController] },
      async (app) => {
        app.connectMicroservice<MicroserviceOptions>(
          { transport: Transport.TCP, options: { host: '127.0.0.1', port } },
          { inheritAppConfig: true },
        );
        await app.startAllMicroservices();
      },
    );
    await ask(port);
    expect((await running.document()).counters).toMatchObject({ cats: 1, requests: 1 });
  });
});
