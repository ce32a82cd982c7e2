import stats from 'swagger-stats';

/**
 * Its middleware on both adapters: its plugin for Fastify needs the package that Nest brings middleware to Fastify
 * with, and would have to register it a second time.
 */
export async function setUp() {
  return {
    configure: (app) => app.use(stats.getMiddleware({})),
    seen: () => stats.getCoreStats().all.requests,
  };
}
