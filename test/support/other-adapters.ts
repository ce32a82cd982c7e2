import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';

/** An adapter of a type that the monitor does not know. */
export class OtherExpress extends ExpressAdapter {
  override getType(): string {
    return 'other';
  }
}

export class OtherFastify extends FastifyAdapter {
  override getType(): string {
    return 'other';
  }
}
