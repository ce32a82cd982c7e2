import type { CanActivate, DynamicModule } from '@nestjs/common';
import { Injectable, NotFoundException, ParseIntPipe, Scope, UseGuards } from '@nestjs/common';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import { ApolloDriver } from '@nestjs/apollo';
import {
  Args,
  GraphQLModule,
  Mutation,
  Parent,
  Query,
  ResolveField,
  Resolver,
  Subscription,
} from '@nestjs/graphql';
import type { MercuriusDriverConfig } from '@nestjs/mercurius';
import { MercuriusDriver } from '@nestjs/mercurius';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { MonitorModule, MonitorService } from '../../src/index.js';
import type { AdapterName } from '../support/app.js';
import { startApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { handlerCalls } from '../support/handler-calls.js';

const SCHEMA = `
  type Cat { id: Int! name: String! friends: [Cat!]! home: Query! }
  type Query { cat(id: Int!): Cat! cats: [Cat!]! guarded: String scoped: String }
  type Mutation { addCat(name: String!): Cat! }
  type Subscription { born: String! refused: String! }
`;

interface Cat {
  id: number;
  name: string;
}

const CATS: Cat[] = [
  { id: 0, name: 'Felix' },
  { id: 1, name: 'Tom' },
  { id: 2, name: 'Garfield' },
];

class Never implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Resolver('Cat')
class CatsResolver {
  @Query('cat')
  async cat(@Args('id', ParseIntPipe) id: number): Promise<Cat> {
    const cat = CATS[id];
    if (cat === undefined) throw new NotFoundException();
    return Promise.resolve(cat);
  }

  @Query('cats')
  cats(): Cat[] {
    return CATS;
  }

  @Query('guarded')
  @UseGuards(Never)
  guarded(): string {
    return 'never';
  }

  @Mutation('addCat')
  addCat(@Args('name') name: string): Cat {
    return { id: CATS.length, name };
  }

  @Subscription('born')
  async *born(): AsyncGenerator<{ born: string }> {
    for (const { name } of CATS) yield await Promise.resolve({ born: name });
  }

  @Subscription('refused')
  refused(): never {
    throw new Error('refused');
  }

  @ResolveField('friends')
  friends(@Parent() cat: Cat): Cat[] {
    return CATS.filter(({ id }) => id !== cat.id);
  }

  @ResolveField('home')
  home(): object {
    return {};
  }
}

@Injectable({ scope: Scope.REQUEST })
@Resolver()
class ScopedResolver {
  @Query('scoped')
  scoped(): string {
    return 'scoped';
  }
}

const apollo = (): DynamicModule =>
  GraphQLModule.forRoot<ApolloDriverConfig>({
    driver: ApolloDriver,
    typeDefs: SCHEMA,
    graphiql: false,
    fieldResolverEnhancers: ['interceptors'],
    subscriptions: { 'graphql-ws': true },
  });

const mercurius = (jit?: number): DynamicModule =>
  GraphQLModule.forRoot<MercuriusDriverConfig>({
    driver: MercuriusDriver,
    typeDefs: SCHEMA,
    fieldResolverEnhancers: ['interceptors'],
    subscription: true,
    jit,
  });

const SERVERS: [name: string, adapter: AdapterName, graphql: () => DynamicModule][] = [
  ['Apollo on Express', 'express', apollo],
  ['Apollo on Fastify', 'fastify', apollo],
  ['Mercurius on Fastify', 'fastify', mercurius],
  ['Mercurius on Fastify, which compiles a query', 'fastify', () => mercurius(1)],
];

describe.each(SERVERS)('an operation of GraphQL, with %s', (_name, adapter, graphql) => {
  const start = async () => {
    const running = await startApp(adapter, {
      imports: [MonitorModule.forRoot(), graphql()],
      providers: [CatsResolver, ScopedResolver],
    });
    const ask = async (query: string): Promise<{ data: unknown; errors?: unknown[] }> => {
      const answer = await running.get('/graphql', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      return (await answer.json()) as { data: unknown; errors?: unknown[] };
    };
    return { ...running, ask, calls: () => handlerCalls(running.app, 'graphql') };
  };

  it('is one HTTP request, and one call of each resolver in it', async () => {
    const { app, ask, calls } = await start();
    expect(await ask('{ cat(id: 1) { name } tom: cat(id: 1) { name } cats { id } }')).toEqual({
      data: { cat: { name: 'Tom' }, tom: { name: 'Tom' }, cats: [{ id: 0 }, { id: 1 }, { id: 2 }] },
    });
    expect(await calls()).toEqual({ 'CatsResolver.cat ok': 2, 'CatsResolver.cats ok': 1 });
    expect((await app.get(MonitorService).metrics()).counters.requests).toBe(1);
  });

  it('does not count field resolvers of its result, not even with fieldResolverEnhancers', async () => {
    const { ask, calls } = await start();
    for (let i = 0; i < 3; i++) {
      expect((await ask('{ cats { friends { friends { name } } } }')).errors).toBeUndefined();
    }
    expect(await calls()).toEqual({ 'CatsResolver.cats ok': 3 });
  });

  it('counts a query that is reached through a field, since its handler is the same', async () => {
    const { ask, calls } = await start();
    await ask('{ cat(id: 0) { home { cats { id } } } }');
    expect(await calls()).toEqual({ 'CatsResolver.cat ok': 1, 'CatsResolver.cats ok': 1 });
  });

  it('counts mutations, errors, and request-scoped resolvers', async () => {
    const { ask, calls } = await start();
    await ask('mutation { addCat(name: "Kitty") { id } }');
    expect((await ask('{ cat(id: 9) { name } }')).errors).toHaveLength(1);
    for (let i = 0; i < 3; i++) expect(await ask('{ scoped }')).toEqual({ data: { scoped: 'scoped' } });
    expect(await calls()).toEqual({
      'CatsResolver.addCat ok': 1,
      'CatsResolver.cat error': 1,
      'ScopedResolver.scoped ok': 3,
    });
  });

  it('does not count an operation that reaches no resolver', async () => {
    const { app, ask, calls } = await start();
    expect((await ask('{ guarded }')).errors).toHaveLength(1);
    expect((await ask('{ no such query }')).errors).not.toHaveLength(0);
    expect((await ask('{ __schema { types { name } } }')).errors).toBeUndefined();
    expect(await calls()).toEqual({});
    expect((await app.get(MonitorService).metrics()).counters.requests).toBe(3);
  });

  it('counts a subscription once, when it begins', async () => {
    const { app, port, calls } = await start();
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
    onTestFinished(() => socket.terminate());
    const received: { type: string; payload?: unknown }[] = [];
    socket.on('message', (data: Buffer) =>
      received.push(JSON.parse(data.toString()) as (typeof received)[0]),
    );
    const has = (type: string, times = 1) =>
      eventually(() => expect(received.filter((message) => message.type === type)).toHaveLength(times));
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init' }));
    await has('connection_ack');
    const subscribe = (id: string, query: string) =>
      socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query } }));
    subscribe('1', 'subscription { born }');
    await has('complete');
    expect(received.filter(({ type }) => type === 'next').map(({ payload }) => payload)).toMatchObject(
      CATS.map(({ name }) => ({ data: { born: name } })),
    );
    expect(await calls()).toEqual({ 'CatsResolver.born ok': 1 });
    subscribe('2', 'subscription { refused }');
    await eventually(async () =>
      expect(await calls()).toEqual({ 'CatsResolver.born ok': 1, 'CatsResolver.refused error': 1 }),
    );
    // The handshake of the WebSocket.
    const { counters, gauges } = await app.get(MonitorService).metrics();
    expect(counters.requests).toBe(1);
    expect(gauges.http_requests_in_flight).toBe(0);
  });
});
