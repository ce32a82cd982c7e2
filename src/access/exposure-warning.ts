import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:http';
import { SafeLogger } from '../common/safe-logger.js';
import { badOption } from '../common/options/check-options.js';
import { ALLOWS_EVERYBODY, DIAGNOSTICS_EXPOSED, RISKY_LISTENER } from './access.messages.js';
import type { ResolvedAccessOptions } from './access.options.js';
import type { LocalityResolver } from '../common/http/locality.js';

/** The part of the instances of Express and Fastify that is used here. */
interface Framework {
  get?(setting: string): unknown;
  [key: symbol]: { trustProxy?: unknown } | undefined;
}

export interface ExposedParts {
  /** Whether the endpoint is served on the port of the application. */
  readonly isOnMainPort: boolean;
  /** Whether there are endpoints of the diagnostics, which show code and paths. */
  readonly hasDiagnostics: boolean;
}

/** Warns once at start of a configuration that may expose the endpoint to more clients than intended. With diagnostics, it fails the start. */
export class ExposureWarning implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new SafeLogger('MonitorAccess');
  private server: Server | undefined;

  constructor(
    private readonly options: ResolvedAccessOptions,
    private readonly parts: ExposedParts,
    private readonly host: HttpAdapterHost,
    private readonly localities: LocalityResolver,
  ) {}

  /** The address of the application is only known when it listens. */
  private readonly onListening = (): void => {
    const address = this.server?.address();
    if (typeof address !== 'object' || address === null) return;
    const isPublic = this.localities.of(address.address) !== 'loopback';
    if (!isPublic || !trustsProxies(this.host)) return;
    if (!this.parts.hasDiagnostics) this.logger.warn(RISKY_LISTENER);
    else this.refuseToListen(badOption('diagnostics', true, DIAGNOSTICS_EXPOSED(RISKY_LISTENER)));
  };

  onModuleInit(): void {
    const { allow, requestFilter } = this.options;
    // A token does not close the endpoint to local clients, nor to a proxy that cannot be told from one. A filter can.
    if (requestFilter !== undefined) return;
    if (allow.isEverybody) {
      if (this.parts.hasDiagnostics) {
        throw badOption('diagnostics', true, DIAGNOSTICS_EXPOSED(ALLOWS_EVERYBODY));
      }
      this.logger.warn(ALLOWS_EVERYBODY);
    }
    const server = this.host.httpAdapter?.getHttpServer() as Server | undefined;
    if (!this.parts.isOnMainPort || typeof server?.once !== 'function') return;
    this.server = server.once('listening', this.onListening);
  }

  /** Makes `app.listen()` reject, as it does with every other error of the server. */
  private refuseToListen(error: Error): void {
    const { server } = this;
    server?.emit('error', error);
    // The listener of Fastify is called after this one, and needs the address of a server that is still listening.
    process.nextTick(() => server?.close());
  }

  onApplicationShutdown(): void {
    this.server?.off('listening', this.onListening);
    this.server = undefined;
  }
}

/** Whether the application is configured to run behind proxies. */
function trustsProxies({ httpAdapter }: HttpAdapterHost): boolean {
  const instance = httpAdapter.getInstance<Framework>();
  switch (httpAdapter.getType()) {
    case 'express':
      return Boolean(instance.get?.('trust proxy'));
    case 'fastify': {
      const options = Object.getOwnPropertySymbols(instance).find(
        ({ description }) => description === 'fastify.options',
      );
      return Boolean(options && instance[options]?.trustProxy);
    }
    default:
      return false;
  }
}
