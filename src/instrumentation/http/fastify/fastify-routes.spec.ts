import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { FastifyRoutes } from './fastify-routes.js';

const PATTERNS = [
  '/',
  '/cats',
  '/cats/mine',
  '/cats/:id',
  '/cats/:id/toys',
  '/cats/:id/toys/:toy',
  '/cats/:id(^\\d+)/age',
  '/files/*',
  '/files/known',
  '/at/:near-:far',
  '/report.:format',
  '/colon/a::b',
  '/maybe/:it?',
  '/a(b)c',
];

const PATHS = [
  '/',
  '/cats',
  '/cats/mine',
  '/cats/7',
  '/cats/7/toys',
  '/cats/7/toys/ball',
  '/cats/7/age',
  '/cats/x/age',
  '/cats/a%20b',
  '/files/a/b/c',
  '/files/known',
  '/at/home-work',
  '/report.pdf',
  '/colon/a:b',
  '/maybe',
  '/maybe/this',
  '/dogs',
  '/cats/7/8/9',
  '/cats/%zz',
];

describe('FastifyRoutes', () => {
  it.each(PATHS)('finds the same route as Fastify for %s', async (path) => {
    const routes = new FastifyRoutes();
    const instance = fastify();
    instance.addHook('onRoute', (route) => routes.add(route));
    let url: string | undefined;
    instance.addHook('onRequest', (request, _reply, done) => {
      url = request.routeOptions.url;
      done();
    });
    for (const pattern of PATTERNS) instance.get(pattern, () => 'x');
    await instance.inject(path);
    // A route with an optional end is two routes to the router, under one name or the other.
    const name = (route: string | undefined) => route?.replace(/\/:it\??$/, '');
    expect(name(routes.find('GET', path))).toBe(name(url));
  });

  it('keeps the methods apart', () => {
    const routes = new FastifyRoutes();
    routes.add({ method: ['GET', 'HEAD'], url: '/cats' });
    expect(routes.find('HEAD', '/cats')).toBe('/cats');
    expect(routes.find('POST', '/cats')).toBeUndefined();
  });
});
