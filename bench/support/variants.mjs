import { performance } from 'node:perf_hooks';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { versionOf } from './machine.mjs';

/**
 * @typedef {object} Parts what is added to the application
 * @property {import('@nestjs/common').ModuleMetadata} [module] to its root module
 * @property {(app: any) => unknown} [configure] done to it before it listens
 * @property {(app: any) => number | Promise<number>} [seen] how many requests it has seen, by its own numbers
 *
 * @typedef {object} Variant
 * @property {() => string} title
 * @property {'express' | 'fastify'} [adapter] the only one that it is for
 * @property {() => Promise<Parts>} setUp
 */

/**
 * What is added to the same small application, by name. Each variant loads what it needs by itself, so that no
 * server carries the libraries of the others.
 *
 * @type {Record<string, Variant>}
 */
export const VARIANTS = {
  bare: {
    title: () => 'bare Nest',
    setUp: async () => ({}),
  },
  // As bare as the other: what it is away from 1.00 is the noise.
  again: {
    title: () => 'bare Nest, a second time',
    setUp: async () => ({}),
  },
  noop: {
    title: () => 'a do-nothing global interceptor',
    setUp: async () => ({
      module: { providers: [{ provide: APP_INTERCEPTOR, useValue: new NoopInterceptor() }] },
    }),
  },
  // What nobody who sees all of that can do without.
  least: {
    title: () => 'the minimum that sees each request and each loop iteration',
    setUp: async () => leastObserver(),
  },
  requests: {
    title: () => '`MonitorModule.forRoot({ interceptor: false })` without its collectors',
    setUp: () =>
      monitor({
        interceptor: false,
        collectors: { process: false, memory: false, eventLoop: false, gc: false },
      }),
  },
  server: {
    title: () => '`MonitorModule.forRoot({ interceptor: false })`',
    setUp: () => monitor({ interceptor: false }),
  },
  default: {
    title: () => '`MonitorModule.forRoot()`',
    setUp: () => monitor(),
  },
  diagnostics: {
    title: () => '`MonitorModule.forRoot({ diagnostics: true })`',
    setUp: () => monitor({ diagnostics: true }),
  },
  'prom-client': {
    title: () => `prom-client ${versionOf('prom-client')} in an interceptor`,
    setUp: () => competitor('prom-interceptor'),
  },
  'express-prom-bundle': {
    title: () => `express-prom-bundle ${versionOf('express-prom-bundle')}`,
    adapter: 'express',
    setUp: () => competitor('express-prom-bundle'),
  },
  'fastify-metrics': {
    title: () => `fastify-metrics ${versionOf('fastify-metrics')}`,
    adapter: 'fastify',
    setUp: () => competitor('fastify-metrics'),
  },
  'swagger-stats': {
    title: () => `swagger-stats ${versionOf('swagger-stats')}`,
    setUp: () => competitor('swagger-stats'),
  },
  opentelemetry: {
    title: () => `OpenTelemetry's http instrumentation ${versionOf('@opentelemetry/instrumentation-http')}`,
    setUp: () => competitor('opentelemetry'),
  },
};

/** Those of some variants that are for an adapter. */
export function variantsFor(adapter, variants) {
  return variants.filter((variant) => [undefined, adapter].includes(VARIANTS[variant].adapter));
}

/** The least that a global interceptor can do: what it costs is Nest's own pipeline. */
class NoopInterceptor {
  intercept(_context, next) {
    return next.handle();
  }
}

/**
 * Looks at the clock when a request begins, when it ends, and in each turn of the event loop, and adds up.
 *
 * @returns {Parts}
 */
function leastObserver() {
  const begin = Symbol('begin');
  const { nodeTiming } = performance;
  const sums = { requests: 0, milliseconds: 0, busy: 0 };
  function onClose() {
    sums.requests++;
    sums.milliseconds += performance.now() - this[begin];
  }
  function onTurn() {
    setImmediate(onTurn).unref();
    sums.busy = performance.now() - nodeTiming.idleTime;
  }
  return {
    configure: (app) => {
      app.getHttpServer().prependListener('request', (_request, response) => {
        response[begin] = performance.now();
        response.on('close', onClose);
      });
      onTurn();
    },
    seen: () => sums.requests,
  };
}

/**
 * @param {import('nestjs-monitor').MonitorOptions} [options]
 * @returns {Promise<Parts>}
 */
async function monitor(options) {
  const { MonitorModule, MonitorService } = await import('nestjs-monitor');
  return {
    module: { imports: [MonitorModule.forRoot(options)] },
    seen: async (app) => (await app.get(MonitorService).metrics()).counters.requests,
  };
}

/** @returns {Promise<Parts>} */
async function competitor(name) {
  const { setUp } = await import(`./competitors/${name}.mjs`);
  return setUp();
}
