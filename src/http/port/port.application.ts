import type { INestApplication, Type } from '@nestjs/common';
import { Module } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { NestFactory } from '@nestjs/core';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { mountController } from '../controller-mount.js';

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
 * A small application that serves one controller, and leaves the one that it belongs to alone: its logger, its
 * buffered logs, and what `NestFactory` remembers of the application that it made last.
 *
 * @param onError told of an error of the server once it listens, which would end the process otherwise.
 */
export async function createPortApplication(
  controller: Type,
  route: { path: string; host: string | undefined },
  adapter: AbstractHttpAdapter,
  onError: (error: Error) => void,
): Promise<INestApplication> {
  mountController(controller, route);
  class MonitorPortModule {}
  Module({ controllers: [controller] })(MonitorPortModule);

  const factory = new (NestFactory.constructor as FactoryClass)();
  // That an application starts, and has started, would be taken for the one that it belongs to.
  silence(factory);
  const app = await factory.create(MonitorPortModule, adapter, {
    abortOnError: false,
    autoFlushLogs: false,
    forceCloseConnections: true,
  });
  silence(app);
  if (adapter.getType() === 'express') adapter.getInstance<Express>().disable('x-powered-by');
  guardServer(app.getHttpServer() as Server, onError);
  return app;
}

/** Nest's factory and application have a logger each. It is no part of what they promise: without it, they speak. */
function silence(speaker: { logger?: object } | object): void {
  const logger = 'logger' in speaker ? speaker.logger : undefined;
  const quiet = () => {};
  if (logger) Object.assign(logger, { log: quiet, warn: quiet, error: quiet });
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
