import { performance } from 'node:perf_hooks';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { versionOf } from './machine.mjs';

/**
 * @typedef {object} Parts the additions to the application
 * @property {import('@nestjs/common').ModuleMetadata} [module] metadata for its root module
 * @property {(app: any) => unknown} [configure] called before it listens
 * @property {(app: any) => number | Promise<number>} [seen] the number of requests in its own metrics
 *
 * @typedef {object} Variant
 * @property {() => string} title
 * @property {'express' | 'fastify'} [adapter] the only adapter that it supports
 * @property {() => Promise<Parts>} setUp
 */

/** Options of the monitor. */
const ONLY_REQUESTS = {
  interceptor: false,
  history: false,
  collectors: { process: false, memory: false, eventLoop: false, gc: false },
};
const ONLY_WATCHDOG = { profiles: false, report: false };

/**
 * The variants of the same small application, by name. Each loads its own libraries, so that no server has those of the
 * others.
 *
 * @type {Record<string, Variant>}
 */
export const VARIANTS = {
  bare: {
    title: () => 'bare Nest',
    setUp: async () => ({}),
  },
  // The same as `bare`: the distance of its ratio from 1 is the noise.
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
  // The lower limit for everything that observes requests and loop iterations.
  least: {
    title: () => 'the minimum that sees each request and each loop iteration',
    setUp: async () => leastObserver(),
  },
  requests: {
    // What a request costs by itself: nothing runs on a timer.
    title: () => '`MonitorModule.forRoot({ interceptor: false })` without collectors and history',
    setUp: () => monitor(ONLY_REQUESTS),
  },
  'requests-watchdog': {
    title: () => 'the same with the watchdog of `diagnostics`',
    setUp: () => monitor({ ...ONLY_REQUESTS, diagnostics: ONLY_WATCHDOG }),
  },
  server: {
    title: () => '`MonitorModule.forRoot({ interceptor: false })`',
    setUp: () => monitor({ interceptor: false }),
  },
  default: {
    title: () => '`MonitorModule.forRoot()`',
    setUp: () => monitor(),
  },
  watchdog: {
    title: () => '`MonitorModule.forRoot()` with the watchdog of `diagnostics`',
    setUp: () => monitor({ diagnostics: ONLY_WATCHDOG }),
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

/** The variants that support the adapter. */
export function variantsFor(adapter, variants) {
  return variants.filter((variant) => [undefined, adapter].includes(VARIANTS[variant].adapter));
}

/** Does nothing: its cost is that of Nest's own pipeline for interceptors. */
class NoopInterceptor {
  intercept(_context, next) {
    return next.handle();
  }
}

/**
 * Reads the clock when a request begins, when it ends, and in each iteration of the event loop, and adds up.
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
  function onIteration() {
    setImmediate(onIteration).unref();
    sums.busy = performance.now() - nodeTiming.idleTime;
  }
  return {
    configure: (app) => {
      app.getHttpServer().prependListener('request', (_request, response) => {
        response[begin] = performance.now();
        response.on('close', onClose);
      });
      onIteration();
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
