import type { CallHandler, CanActivate, DynamicModule, NestInterceptor, PipeTransform } from '@nestjs/common';
import {
  Controller,
  Get,
  Injectable,
  Param,
  UseGuards,
  UseInterceptors,
  UsePipes,
  createParamDecorator,
} from '@nestjs/common';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import { ApolloDriver } from '@nestjs/apollo';
import { Args, GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import type { MercuriusDriverConfig } from '@nestjs/mercurius';
import { MercuriusDriver } from '@nestjs/mercurius';
import type { ClientProxy, MicroserviceOptions } from '@nestjs/microservices';
import { ClientProxyFactory, MessagePattern, Transport } from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { Cron, ScheduleModule } from '@nestjs/schedule';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { once } from 'node:events';
import type { Observable } from 'rxjs';
import { lastValueFrom } from 'rxjs';
import { assert, describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { EventLoopBlock } from '../../src/index.js';
import { MonitorModule } from '../../src/index.js';
import type { AdapterName, TestApp } from '../support/app.js';
import { ADAPTERS, startApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';

/** Milliseconds of CPU time: on a busy machine, a block lasts longer, and is detected too. */
const MS = 400;
const cpuTime = () => process.cpuUsage().user / 1000;

@Injectable()
class SlowGuard implements CanActivate {
  canActivate(): boolean {
    const end = cpuTime() + MS;
    let n = 0;
    while (cpuTime() < end) for (let i = 0; i < 1e5; i++) n += Math.sqrt(i);
    return n > 0;
  }
}

@Injectable()
class SlowInterceptor implements NestInterceptor {
  intercept(_context: unknown, next: CallHandler): Observable<unknown> {
    const end = cpuTime() + MS;
    let n = 0;
    while (cpuTime() < end) for (let i = 0; i < 1e5; i++) n += Math.sqrt(i);
    return next.handle();
  }
}

class SlowPipe implements PipeTransform {
  transform(value: string): string {
    const end = cpuTime() + MS;
    let n = 0;
    while (cpuTime() < end) for (let i = 0; i < 1e5; i++) n += Math.sqrt(i);
    return `${value}${n > 0}`;
  }
}

const Slow = createParamDecorator(function readSlowly() {
  const end = cpuTime() + MS;
  let n = 0;
  while (cpuTime() < end) for (let i = 0; i < 1e5; i++) n += Math.sqrt(i);
  return n;
});

@Controller('slow')
class SlowController {
  @Get('handler')
  handle(): string {
    const end = cpuTime() + MS;
    let n = 0;
    while (cpuTime() < end) for (let i = 0; i < 1e5; i++) n += Math.sqrt(i);
    return `${n}`;
  }

  @Get('guard')
  @UseGuards(SlowGuard)
  guarded(): string {
    return '';
  }

  @Get('interceptor')
  @UseInterceptors(SlowInterceptor)
  intercepted(): string {
    return '';
  }

  @Get('pipe/:id')
  @UsePipes(SlowPipe)
  piped(@Param('id') id: string): string {
    return id;
  }

  @Get('decorator')
  decorated(@Slow() value: number): string {
    return `${value}`;
  }

  @MessagePattern('sum')
  sum(): string {
    const end = cpuTime() + MS;
    let n = 0;
    while (cpuTime() < end) for (let i = 0; i < 1e5; i++) n += Math.sqrt(i);
    return `${n}`;
  }
}

@WebSocketGateway()
class SlowGateway {
  @SubscribeMessage('find')
  find(): { event: string; data: number } {
    const end = cpuTime() + MS;
    let n = 0;
    while (cpuTime() < end) for (let i = 0; i < 1e5; i++) n += Math.sqrt(i);
    return { event: 'found', data: n };
  }
}

@Resolver()
class SlowResolver {
  @Query('orders')
  orders(@Args('of') of: number): number {
    const end = cpuTime() + MS;
    let n = 0;
    while (cpuTime() < end) for (let i = 0; i < 1e5; i++) n += Math.sqrt(i);
    return n === 0 ? 0 : of;
  }
}

/** The slow job runs once, after this is set to `false`, so that it does not disturb the others. */
let hasRun = true;

@Injectable()
class SlowJobs {
  @Cron('* * * * * *')
  cleanUp(): void {
    if (hasRun) return;
    hasRun = true;
    const end = cpuTime() + MS;
    let n = 0;
    while (cpuTime() < end) for (let i = 0; i < 1e5; i++) n += Math.sqrt(i);
  }
}

/** GraphQL with the usual driver of each adapter. */
function graphql(adapter: AdapterName): DynamicModule {
  const typeDefs = 'type Query { orders(of: Int!): Int! }';
  return adapter === 'express'
    ? GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, typeDefs })
    : GraphQLModule.forRoot<MercuriusDriverConfig>({ driver: MercuriusDriver, typeDefs });
}

async function startShop(adapter: AdapterName): Promise<TestApp & { client: ClientProxy }> {
  const options = { host: '127.0.0.1', port: await freePort() };
  const shop = await startApp(
    adapter,
    {
      imports: [MonitorModule.forRoot({ diagnostics: true }), ScheduleModule.forRoot(), graphql(adapter)],
      controllers: [SlowController],
      providers: [SlowGateway, SlowResolver, SlowJobs],
    },
    async (app) => {
      app.useWebSocketAdapter(new WsAdapter(app));
      app.connectMicroservice<MicroserviceOptions>(
        { transport: Transport.TCP, options },
        { inheritAppConfig: true },
      );
      await app.startAllMicroservices();
    },
  );
  const client = ClientProxyFactory.create({ transport: Transport.TCP, options });
  onTestFinished(() => client.close());
  return { ...shop, client };
}

/** The function, and what is in flight while it blocks: `[kind, name]`. */
type Expected = [name: string, inFlight: [kind: string, name: string]];

describe.each(ADAPTERS)('A block of the event loop of an application on %s', (adapter) => {
  it('is named with its class and method, and with what was in flight: controllers, guards, interceptors, pipes, decorators, messages, gateways, resolvers and jobs', async () => {
    const shop = await startShop(adapter);
    const socket = new WebSocket(`ws://127.0.0.1:${shop.port}`);
    onTestFinished(() => socket.terminate());
    await once(socket, 'open');
    const http = (path: string) => async () => expect((await shop.get(path)).status).toBe(200);
    const kinds: [Expected, () => Promise<unknown>][] = [
      [['SlowController.handle', ['http', 'GET /slow/handler']], http('/slow/handler')],
      [['SlowGuard.canActivate', ['http', 'GET /slow/guard']], http('/slow/guard')],
      [['SlowInterceptor.intercept', ['http', 'GET /slow/interceptor']], http('/slow/interceptor')],
      [['SlowPipe.transform', ['http', 'GET /slow/pipe/:id']], http('/slow/pipe/4711')],
      [['readSlowly', ['http', 'GET /slow/decorator']], http('/slow/decorator')],
      [
        ['SlowController.sum', ['rpc', 'SlowController.sum']],
        () => lastValueFrom(shop.client.send<string>('sum', {})),
      ],
      [
        ['SlowGateway.find', ['ws', 'SlowGateway.find']],
        async () => {
          socket.send(JSON.stringify({ event: 'find', data: {} }));
          await once(socket, 'message');
        },
      ],
      [
        ['SlowResolver.orders', ['graphql', 'SlowResolver.orders']],
        async () => {
          const response = await shop.get('/graphql', {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({ query: '{ orders(of: 4711) }' }),
          });
          expect(await response.json()).toEqual({ data: { orders: 4711 } });
        },
      ],
      [
        ['SlowJobs.cleanUp', ['job', 'SlowJobs.cleanUp']],
        () => {
          hasRun = false;
          return eventually(() => expect(hasRun).toBe(true));
        },
      ],
    ];
    /** The block that began during `run()`, not one that the machine or an earlier run caused. */
    const blockOf = async (run: () => Promise<unknown>): Promise<EventLoopBlock | undefined> => {
      // A block of an earlier run began at least the length of a block earlier.
      const start = Date.now() - MS / 2;
      await run();
      const find = async (): Promise<EventLoopBlock> => {
        const { eventloop_blocks: blocks } = await shop.document();
        const found = blocks.find(({ duration, time }) => duration > MS / 2000 && Date.parse(time) > start);
        if (found === undefined) throw new Error('There is no block yet.');
        return found;
      };
      return vi.waitFor(find, { timeout: 5_000, interval: 50 }).catch(() => undefined);
    };
    for (const [[name, inFlight], run] of kinds) {
      // On a busy machine, the watchdog may not run during a block: then it does not know the function, or misses the block.
      let block = await blockOf(run);
      for (let i = 0; i < 9 && typeof block?.function !== 'string'; i++) block = await blockOf(run);
      assert(block !== undefined);
      expect(block).toMatchObject({ cause: 'javascript', function: name });
      const [kind, inFlightName] = inFlight;
      // A job may be due again right after the block.
      const count = kind === 'job' ? (expect.any(Number) as number) : 1;
      expect(block.in_flight, name).toContainEqual({ kind, name: inFlightName, count });
      // Arguments are never recorded.
      expect(JSON.stringify(block)).not.toContain('4711');
    }
  });
});
