import type { INestApplication, Type } from '@nestjs/common';
import { Logger, Module } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { NestFactory } from '@nestjs/core';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { serveTrailingSlashes } from '../mounting/trailing-slash.js';

/** More connections than the clients of a monitor need. */
const MAX_CONNECTIONS = 200;
/** Milliseconds for the headers, for the whole request, and between two bytes of an answer. */
const HEADERS_TIMEOUT = 10_000;
const REQUEST_TIMEOUT = 20_000;
const IDLE_TIMEOUT = 30_000;

/** The part of an Express instance that is used here. */
interface Express {
  disable(setting: string): void;
}

/** The class of `NestFactory`, which Nest does not export. */
type FactoryClass = new () => typeof NestFactory;

/**
 * Creates a small Nest application that serves some controllers. It does not change the application that it belongs to: neither
 * its logger, nor its buffered logs, nor the state of `NestFactory`.
 *
 * @param onError called with errors of the server once it listens, which would end the process without a listener.
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
  serveTrailingSlashes(adapter);
  if (adapter.getType() === 'express') adapter.getInstance<Express>().disable('x-powered-by');
  guardServer(app.getHttpServer() as Server, onError);
  return app;
}

/**
 * Logs errors and warnings, but not that the application has started: tools that wait for that line would confuse it with the
 * line of the user's application, which has not started yet.
 */
class QuietStart extends Logger {
  constructor() {
    super('MonitorPort');
  }

  override log(): void {}
}

/**
 * Replaces the logger of Nest's factory or application. The property is not public: where a version of Nest does not have it, the
 * lines of the start are logged, and nothing else changes.
 */
function startQuietly(target: object): void {
  if ('logger' in target) Object.defineProperty(target, 'logger', { value: new QuietStart() });
}

function guardServer(server: Server, onError: (error: Error) => void): void {
  server.maxConnections = MAX_CONNECTIONS;
  server.headersTimeout = HEADERS_TIMEOUT;
  server.requestTimeout = REQUEST_TIMEOUT;
  server.setTimeout(IDLE_TIMEOUT);
  server.once('listening', () => {
    // The port must not keep a process alive that has nothing else to do.
    server.unref();
    server.on('error', onError);
  });
  server.on('connection', (socket: Socket) => socket.unref());
}
