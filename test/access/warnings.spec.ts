import type { NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ExpressAdapter } from '@nestjs/platform-express';
import { NestFactory } from '@nestjs/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { MonitorOptions, RequestFilter } from '../../src/index.js';
import { MonitorModule } from '../../src/index.js';
import { ADAPTERS, moduleOf } from '../support/app.js';
import { RecordingLogger } from '../support/recording-logger.js';

const RISKY = 'listens on an address that other machines can reach, and trusts proxies';

/** The remedy in that warning. */
const TOKEN_ONLY: RequestFilter = (_request, decision) => decision.allowed && decision.by === 'token';

describe.each(ADAPTERS)('on %s, an application', (adapter) => {
  /** The warnings that are logged when it listens on this address. */
  async function warningsOf(
    address: string,
    trustsProxies: boolean,
    options: MonitorOptions = {},
  ): Promise<string[]> {
    const log = new RecordingLogger();
    const server =
      adapter === 'express' ? new ExpressAdapter() : new FastifyAdapter({ trustProxy: trustsProxies });
    const root = moduleOf({ imports: [MonitorModule.forRoot(options)] });
    const app = await NestFactory.create<NestExpressApplication>(root, server, { logger: log });
    onTestFinished(() => app.close());
    if (adapter === 'express' && trustsProxies) app.set('trust proxy', 1);
    await app.listen(0, address);
    return log.warnings;
  }

  it('logs a warning, once, if it listens to other machines and trusts proxies', async () => {
    // A token is not required of local clients, which a proxy may look like.
    for (const options of [{}, { token: 'x'.repeat(16) }]) {
      expect(await warningsOf('0.0.0.0', true, options)).toEqual([expect.stringContaining(RISKY)]);
    }
  });

  it('is advised to set a filter that compiles, and that ends the warning', async () => {
    const [warning] = await warningsOf('0.0.0.0', true);
    // The compiler may have changed the quotes.
    const code = String(TOKEN_ONLY).replace('_request', 'request').replaceAll("'", '"');
    expect(warning?.replaceAll("'", '"')).toContain(code);
    const options = { token: 'x'.repeat(16), requestFilter: TOKEN_ONLY };
    expect(await warningsOf('0.0.0.0', true, options)).toEqual([]);
  });

  it('logs no warning if it does only one of these, or access is restricted', async () => {
    expect(await warningsOf('0.0.0.0', false)).toEqual([]);
    expect(await warningsOf('127.0.0.1', true)).toEqual([]);
    for (const options of [{ port: 0 }, { controller: false as const }, { requestFilter: () => true }]) {
      expect(await warningsOf('0.0.0.0', true, options), JSON.stringify(options)).toEqual([]);
    }
  });

  it('logs a warning if all clients are allowed', async () => {
    expect(await warningsOf('127.0.0.1', false, { allow: ['0.0.0.0/0'] })).toEqual([
      expect.stringContaining('all addresses (/0)'),
    ]);
  });
});
