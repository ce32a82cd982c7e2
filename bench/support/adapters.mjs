import { versionOf } from './machine.mjs';

/**
 * The HTTP adapters of the servers. An adapter is loaded only where it is used.
 *
 * @type {Record<string, { title: () => string, create: () => Promise<import('@nestjs/core').AbstractHttpAdapter> }>}
 */
export const ADAPTERS = {
  express: {
    title: () => `Express ${versionOf('express', '@nestjs/platform-express')}`,
    async create() {
      const { ExpressAdapter } = await import('@nestjs/platform-express');
      return new ExpressAdapter();
    },
  },
  fastify: {
    title: () => `Fastify ${versionOf('fastify', '@nestjs/platform-fastify')}`,
    async create() {
      const { FastifyAdapter } = await import('@nestjs/platform-fastify');
      return new FastifyAdapter();
    },
  },
};
