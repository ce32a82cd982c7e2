import type { INestApplication } from '@nestjs/common';
import cluster from 'node:cluster';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { listenError, portFrom } from './port.js';
import { startWorkers, workersFrom } from './workers.js';
import { StartError } from './start.error.js';
import { TrafficService } from './traffic/traffic.service.js';

async function bootstrap(): Promise<void> {
  const port = portFrom(process.env.PORT);
  const app = await NestFactory.create(AppModule, {
    logger: ['warn', 'error'],
    // Browsers keep connections open for later requests. Ctrl-C closes these instead of waiting for them.
    forceCloseConnections: true,
  });
  app.enableShutdownHooks();
  await listen(app, port);

  const url = await app.getUrl();
  // In a cluster, only the first worker prints the address and generates traffic.
  if (cluster.isWorker && cluster.worker?.id !== 1) return;
  console.log(`The shop is open at ${url}/products, its monitor at ${url}/monitor`);
  if (process.env.TRAFFIC !== 'off') app.get(TrafficService).start(url);
}

async function listen(app: INestApplication, port: number): Promise<void> {
  await app.init();
  // Nest logs an error of listen() before it throws it. Only the message of listenError() is shown.
  app.useLogger(['fatal']);
  try {
    // Only on this machine: a sample must not be reachable from the network.
    await app.listen(port, '127.0.0.1');
  } catch (error) {
    await app.close();
    throw listenError(port, error);
  }
  app.useLogger(['log', 'warn', 'error']);
}

try {
  const workers = workersFrom(process.env.WORKERS);
  if (workers > 1 && cluster.isPrimary) startWorkers(workers);
  else await bootstrap();
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
