import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Express } from 'express';
import { onTestFinished } from 'vitest';
import { moduleOf } from './app.js';
import { serve } from './serve.js';

/**
 * An application on an existing Express instance, and a separate server with that instance; the server of Nest does not
 * listen. Both are closed at the end of the test.
 */
export async function serveInstance(
  instance: Express,
  metadata: ModuleMetadata,
): Promise<{ app: INestApplication; port: number }> {
  const app = await NestFactory.create(moduleOf(metadata), new ExpressAdapter(instance), { logger: false });
  onTestFinished(() => app.close());
  await app.init();
  return { app, port: await serve((request, response) => void instance(request, response)) };
}
