import type { INestApplication, Type } from '@nestjs/common';
import { Logger, Module } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { NestFactory } from '@nestjs/core';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** More connections than readers of a monitor ever need. */
const MAX_CONNECTIONS = 200;
/** Milliseconds that a client may take for the headers, for all of a request, and between two bytes of an answer. */
const HEADERS_TIMEOUT = 10_000;
const REQUEST_TIMEOUT = 20_000;
const IDLE_TIMEOUT = 30_000;

/** What is used of an Express instance. */
interface Express {
  disable(setting: string): void;
}

/** The class of `NestFactory`, which Nest does not export. */
type FactoryClass = new () => typeof NestFactory;

/**
 * A small application that serves some controllers. It leaves the application that it belongs to alone: its logger, its
 * buffered logs, and the application that `NestFactory` made last.
 *
 * @param onError called with an error of the server once it listens, which would end the process otherwise.
 */
export async function createPortApplication(
  controllers: Type[],
  adapter: AbstractHttpAdapter,
  onError: (error: Error) => void,
): Promise<INestApplication> {
  class MonitorPortModule {}
  Module({ controllers })(MonitorPortModule);

  const factory = new (NestFactory.constructor as FactoryClass)();
  startQuietly(factory);
  const app = await factory.create(MonitorPortModule, adapter, {
    abortOnError: false,
    autoFlushLogs: false,
    forceCloseConnections: true,
  });
  startQuietly(app);
  if (adapter.getType() === 'express') adapter.getInstance<Express>().disable('x-powered-by');
  guardServer(app.getHttpServer() as Server, onError);
  return app;
}

/**
 * Says nothing of a start, and all that goes wrong. What waits for an application to say that it has started would
 * take the line of this one for that of the one that it belongs to, which has not.
 */
class QuietStart extends Logger {
  constructor() {
    super('MonitorPort');
  }

  override log(): void {}
}

/**
 * Nest's factory and application have a logger each, of their own. It is no part of what they promise: if one has it
 * elsewhere some day, it speaks, and that is all.
 */
function startQuietly(speaker: object): void {
  if ('logger' in speaker) Object.defineProperty(speaker, 'logger', { value: new QuietStart() });
}

function guardServer(server: Server, onError: (error: Error) => void): void {
  server.maxConnections = MAX_CONNECTIONS;
  server.headersTimeout = HEADERS_TIMEOUT;
  server.requestTimeout = REQUEST_TIMEOUT;
  server.setTimeout(IDLE_TIMEOUT);
  server.once('listening', () => {
    // A script that has nothing left to do must end, and not wait for whoever may want to look.
    server.unref();
    server.on('error', onError);
  });
  server.on('connection', (socket: Socket) => socket.unref());
}
