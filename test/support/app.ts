import type { INestApplication, NestApplicationOptions, Type } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { ModuleMetadata } from '@nestjs/common';
import { onTestFinished } from 'vitest';
import type { MetricsSnapshot } from '../../src/index.js';
import { RecordingLogger } from './recording-logger.js';

export const ADAPTERS = ['express', 'fastify'] as const;
export type AdapterName = (typeof ADAPTERS)[number];

export interface TestApp {
  app: INestApplication;
  /** For example `http://127.0.0.1:41234`. */
  url: string;
  port: number;
  log: RecordingLogger;
  /** Fetches a path of the application. */
  get(path: string, init?: RequestInit): Promise<Response>;
  /** The JSON document over HTTP. */
  document(path?: string): Promise<MetricsSnapshot>;
}

export function adapterOf(name: AdapterName): ExpressAdapter | FastifyAdapter {
  return name === 'express' ? new ExpressAdapter() : new FastifyAdapter();
}

/** A module class with this metadata. */
export function moduleOf(metadata: ModuleMetadata): Type {
  class TestModule {}
  Module(metadata)(TestModule);
  return TestModule;
}

/** Starts an application on a real socket, and closes it at the end of the test. */
export async function startApp(
  adapter: AdapterName,
  metadata: ModuleMetadata,
  configure: (app: INestApplication) => unknown = () => {},
  options: NestApplicationOptions = {},
): Promise<TestApp> {
  const log = new RecordingLogger();
  const app = await NestFactory.create(moduleOf(metadata), adapterOf(adapter), {
    logger: log,
    abortOnError: false,
    // A keep-alive connection of a client must not delay the close at the end of the test.
    forceCloseConnections: true,
    ...options,
  });
  onTestFinished(() => app.close());
  await configure(app);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const get = (path: string, init?: RequestInit) => fetch(url + path, init);
  return {
    app,
    url,
    port: Number(new URL(url).port),
    log,
    get,
    document: async (path = '/monitor') => (await (await get(path)).json()) as MetricsSnapshot,
  };
}
