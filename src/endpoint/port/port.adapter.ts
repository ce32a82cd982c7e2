import type { AbstractHttpAdapter } from '@nestjs/core';
import { isNotInstalled, rethrow } from '../../common/missing-package.js';
import { NO_HTTP_ADAPTER } from '../endpoint.messages.js';

const EXPRESS = {
  name: '@nestjs/platform-express',
  load: async () => {
    const { ExpressAdapter } = await import('@nestjs/platform-express').catch(rethrow);
    return new ExpressAdapter();
  },
};
const FASTIFY = {
  name: '@nestjs/platform-fastify',
  load: async () => {
    const { FastifyAdapter } = await import('@nestjs/platform-fastify').catch(rethrow);
    return new FastifyAdapter();
  },
};

/**
 * An HTTP adapter of the kind that the application uses, or else one that is installed. It is loaded only when there is a
 * port, so that applications without one need neither.
 */
export async function loadAdapter(kind: string | undefined): Promise<AbstractHttpAdapter> {
  for (const { name, load } of kind === 'fastify' ? [FASTIFY, EXPRESS] : [EXPRESS, FASTIFY]) {
    try {
      return (await load()) as AbstractHttpAdapter;
    } catch (error) {
      if (!isNotInstalled(error, name)) throw error;
    }
  }
  throw new Error(NO_HTTP_ADAPTER);
}
