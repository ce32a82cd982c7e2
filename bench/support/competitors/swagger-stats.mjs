import stats from 'swagger-stats';

/**
 * Its middleware on both adapters: its Fastify plugin registers a middleware package that Nest has already registered.
 */
export async function setUp() {
  return {
    configure: (app) => app.use(stats.getMiddleware({})),
    seen: () => stats.getCoreStats().all.requests,
  };
}
