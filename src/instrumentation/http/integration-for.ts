import { ExpressIntegration } from './express/express.integration.js';
import { FastifyIntegration } from './fastify/fastify.integration.js';
import type { FrameworkIntegration, HttpAdapter, Track } from './framework-integration.js';
import { UnknownAdapterIntegration } from './unknown-adapter.integration.js';

/** The integration for an adapter. It must be created before Nest registers the body parser. */
export function integrationFor(adapter: HttpAdapter, track: Track): FrameworkIntegration {
  switch (adapter.getType()) {
    case 'express':
      return new ExpressIntegration(adapter, track);
    case 'fastify':
      return new FastifyIntegration(adapter, track);
    default:
      return new UnknownAdapterIntegration();
  }
}
