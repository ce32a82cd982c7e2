import { APP_INTERCEPTOR } from '@nestjs/core';

/**
 * What is added to the same small application, by name. Each variant loads what it needs by itself, so that no
 * server carries the libraries of the others.
 *
 * @type {Record<string, { title: string, module: () => Promise<import('@nestjs/common').ModuleMetadata> }>}
 */
export const VARIANTS = {
  bare: {
    title: 'bare Nest',
    module: async () => ({}),
  },
  // As bare as the other: what it is away from 1.00 is the noise.
  again: {
    title: 'bare Nest, a second time',
    module: async () => ({}),
  },
  noop: {
    title: 'a do-nothing global interceptor',
    module: async () => ({ providers: [{ provide: APP_INTERCEPTOR, useValue: new NoopInterceptor() }] }),
  },
  server: {
    title: '`MonitorModule.forRoot({ interceptor: false })`',
    module: () => monitor({ interceptor: false }),
  },
  default: {
    title: '`MonitorModule.forRoot()`',
    module: () => monitor(),
  },
};

/** The least that a global interceptor can do: what it costs is Nest's own pipeline. */
class NoopInterceptor {
  intercept(_context, next) {
    return next.handle();
  }
}

/** @param {import('nestjs-monitor').MonitorOptions} [options] */
async function monitor(options) {
  const { MonitorModule } = await import('nestjs-monitor');
  return { imports: [MonitorModule.forRoot(options)] };
}
