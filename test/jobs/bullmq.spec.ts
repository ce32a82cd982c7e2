import type { INestApplicationContext } from '@nestjs/common';
import { Inject, Injectable, Scope } from '@nestjs/common';
import { NestFactory, REQUEST } from '@nestjs/core';
import { BullModule, getQueueToken, Processor, WorkerHost } from '@nestjs/bullmq';
import type { Job } from 'bullmq';
import { DelayedError, Queue } from 'bullmq';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { MonitorModule } from '../../src/index.js';
import { moduleOf } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { handlerCalls } from '../support/handler-calls.js';
import { present } from '../support/present.js';
import { RedisServer } from '../support/redis-server.js';
import { needs } from '../support/tools.js';

const REDIS = needs('redis-server');

@Injectable()
class Greeting {
  readonly text = 'hello';
}

@Processor('emails')
class EmailProcessor extends WorkerHost {
  readonly done: string[] = [];
  isMoved = false;

  constructor(private readonly greeting: Greeting) {
    super();
  }

  override async process(job: Job, token?: string, signal?: AbortSignal): Promise<string> {
    this.done.push(job.name);
    // BullMQ passes a signal to a processor that has this parameter.
    if (job.name === 'works' && signal === undefined) throw new Error('there is no signal');
    if (job.name === 'fails') throw new Error('no such address');
    if (job.name === 'moves' && !this.isMoved) {
      this.isMoved = true;
      await job.moveToDelayed(Date.now() + 1, token);
      throw new DelayedError();
    }
    return this.greeting.text;
  }
}

/** Its method is a property, and it is created for each job. */
@Processor({ name: 'prints', scope: Scope.REQUEST })
class PrintProcessor extends WorkerHost {
  static readonly done: unknown[] = [];

  constructor(@Inject(REQUEST) private readonly job: Job) {
    super();
  }

  override process = (job: Job): Promise<void> => {
    PrintProcessor.done.push(job.id === this.job.id);
    return Promise.resolve();
  };
}

describe.skipIf(REDIS.isMissing)(`processors of BullMQ, with a real Redis${REDIS.reason}`, () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start(present(REDIS.path));
  });
  afterAll(() => redis.stop());

  const start = async (jobs: boolean, prefix: string): Promise<INestApplicationContext> => {
    const app = await NestFactory.createApplicationContext(
      moduleOf({
        imports: [
          BullModule.forRoot({ connection: { host: redis.host, port: redis.port }, prefix }),
          BullModule.registerQueue({ name: 'emails' }, { name: 'prints' }),
          MonitorModule.forRoot({ jobs }),
        ],
        providers: [Greeting, EmailProcessor, PrintProcessor],
      }),
      { logger: false },
    );
    onTestFinished(() => app.close());
    return app;
  };
  const queueOf = (app: INestApplicationContext, name: string) => app.get<Queue>(getQueueToken(name));

  it('are counted as handlers, by outcome, and each attempt is a call', async () => {
    const app = await start(true, 'on');
    const emails = queueOf(app, 'emails');
    await emails.add('works', {});
    await emails.add('fails', {}, { attempts: 2 });
    await emails.add('moves', {});
    for (const name of ['a', 'b']) await queueOf(app, 'prints').add(name, {});
    await eventually(async () =>
      expect(await handlerCalls(app, 'bullmq')).toEqual({
        // The job that is moved has not failed, and is processed again.
        'EmailProcessor.process ok': 3,
        'EmailProcessor.process error': 2,
        'PrintProcessor.process ok': 2,
      }),
    );
    expect(PrintProcessor.done).toEqual([true, true]);
    const processor = app.get(EmailProcessor);
    expect(processor.done.toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      'fails',
      'fails',
      'moves',
      'moves',
      'works',
    ]);
    const [completed] = await emails.getCompleted(0, 0);
    expect(completed?.returnvalue).toBe('hello');

    // A direct call processes no job of a queue.
    expect(Object.hasOwn(processor, 'process')).toBe(false);
    expect(await processor.process({ name: 'direct' } as Job)).toBe('hello');
    expect(await handlerCalls(app, 'bullmq')).toMatchObject({ 'EmailProcessor.process ok': 3 });
  });

  it('are not counted with jobs: false', async () => {
    const app = await start(false, 'off');
    await queueOf(app, 'emails').add('works', {});
    await eventually(() => expect(app.get(EmailProcessor).done).toEqual(['works']));
    expect(await handlerCalls(app, 'bullmq')).toEqual({});
  });
});
