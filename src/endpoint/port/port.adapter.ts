import type { AbstractHttpAdapter } from '@nestjs/core';
import { NO_HTTP_ADAPTER } from '../endpoint.messages.js';

const ADAPTERS = {
  express: async () => new (await import('@nestjs/platform-express')).ExpressAdapter(),
  fastify: async () => new (await import('@nestjs/platform-fastify')).FastifyAdapter(),
};

/**
 * An HTTP adapter of the kind that the application uses, or else one that is installed. It is loaded only when there is a
 * port, so that applications without one need neither.
 */
export async function loadAdapter(kind: string | undefined): Promise<AbstractHttpAdapter> {
  const { express, fastify } = ADAPTERS;
  for (const load of kind === 'fastify' ? [fastify, express] : [express, fastify]) {
    try {
      return (await load()) as AbstractHttpAdapter;
    } catch (error) {
      if (!isNotInstalled(error)) throw error;
    }
  }
  throw new Error(NO_HTTP_ADAPTER);
}

function isNotInstalled(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
}
