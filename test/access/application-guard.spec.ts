import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Controller, ForbiddenException, Get, SetMetadata, UnauthorizedException } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import type { MonitorOptions } from '../../src/index.js';
import { MonitorModule, MonitorPort } from '../../src/index.js';
import type { TestApp } from '../support/app.js';
import { ADAPTERS, startApp } from '../support/app.js';

const HINT = /answered 40[13] to a request to \S+ that the monitor would have let in.*"decorators"/;
const Public = () => SetMetadata('isPublic', true);

/** A typical global guard: it refuses requests to controllers that are not marked as public. */
class ClosedGuard implements CanActivate {
  constructor(private readonly thrown: Error | undefined) {}

  canActivate(context: ExecutionContext): boolean {
    if (Reflect.getMetadata('isPublic', context.getClass()) === true) return true;
    if (this.thrown !== undefined) throw this.thrown;
    return false;
  }
}

@Controller()
class Orders {
  @Get('orders')
  list(): string[] {
    return [];
  }
}

describe.each(ADAPTERS)(
  'on %s, when a guard of the application refuses a request to the endpoint',
  (adapter) => {
    const start = async (
      options: MonitorOptions = {},
      thrown?: Error,
      configure: (app: TestApp['app']) => unknown = () => {},
    ) =>
      startApp(adapter, { imports: [MonitorModule.forRoot(options)], controllers: [Orders] }, async (app) => {
        app.useGlobalGuards(new ClosedGuard(thrown));
        await configure(app);
      });
    /** The hints in the log so far. */
    const hintsOf = ({ log }: TestApp) => log.warnings.filter((text) => HINT.test(text));

    it.each([
      [403, undefined],
      [401, new UnauthorizedException()],
      [403, new ForbiddenException()],
    ])('the log says once that `decorators` may be missing: %d', async (status, thrown) => {
      const running = await start({}, thrown);
      expect((await running.get('/monitor')).status).toBe(status);
      await expect.poll(() => hintsOf(running)).toHaveLength(1);
      for (const path of ['/monitor', '/monitor/prometheus'])
        expect((await running.get(path)).status).toBe(status);
      expect(hintsOf(running)).toEqual([
        expect.stringContaining(`answered ${status} to a request to /monitor `),
      ]);
    });

    it('the log says so with a global prefix and with the option path too', async () => {
      const running = await start({ path: '/ops/health/' }, undefined, (app) => app.setGlobalPrefix('api'));
      expect((await running.get('/api/ops/health/prometheus')).status).toBe(403);
      await expect.poll(() => hintsOf(running)).toHaveLength(1);
    });

    it('nothing is logged for requests that the monitor refuses too, or for other routes', async () => {
      const running = await start();
      expect((await running.get('/orders')).status).toBe(403);
      const forwarded = { headers: { 'X-Forwarded-For': '8.8.8.8' } };
      expect((await running.get('/monitor', forwarded)).status).toBe(403);
      // This request ends after the others, so those have been checked by then.
      expect((await running.get('/monitor')).status).toBe(403);
      await expect.poll(() => hintsOf(running)).toHaveLength(1);
      expect(hintsOf(running)[0]).toContain('request to /monitor that');
    });

    it('nothing is logged when `decorators` makes the endpoint public, even if the monitor refuses a request', async () => {
      const running = await start({ decorators: [Public()] });
      expect((await running.get('/monitor')).status).toBe(200);
      expect((await running.get('/monitor', { headers: { 'X-Forwarded-For': '8.8.8.8' } })).status).toBe(403);
      expect((await running.get('/orders')).status).toBe(403);
      expect(hintsOf(running)).toEqual([]);
    });

    it('nothing is logged when the `requestFilter` refuses the request', async () => {
      const running = await start({
        decorators: [Public()],
        requestFilter: async () => Promise.resolve(false),
      });
      expect((await running.get('/monitor')).status).toBe(403);
      expect((await running.get('/monitor')).status).toBe(403);
      expect(hintsOf(running)).toEqual([]);
    });

    it('nothing is logged when the endpoint has its own port, to which the guard does not apply', async () => {
      const running = await start({ port: 0 });
      expect((await fetch(running.app.get(MonitorPort).url ?? '')).status).toBe(200);
      expect((await running.get('/orders')).status).toBe(403);
      expect(hintsOf(running)).toEqual([]);
    });
  },
);
