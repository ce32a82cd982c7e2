import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { RequestMethod } from '@nestjs/common';
import type { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { SafeLogger } from '../../common/safe-logger.js';
import { SERVED_AT } from '../endpoint.messages.js';

/** Addresses that a server listens on, but that a client does not connect to. */
const EVERY_ADDRESS: Record<string, string> = { '::': 'localhost', '0.0.0.0': '127.0.0.1' };

/** Logs where the endpoint is, when the application listens: the global prefix and the port are not in the options. */
export class AddressLog implements OnModuleInit, OnApplicationShutdown {
  private server: Server | undefined;

  /** @param path the option `path`. */
  constructor(
    private readonly path: string,
    private readonly host: HttpAdapterHost,
    private readonly config: ApplicationConfig,
  ) {}

  onModuleInit(): void {
    const server = this.host.httpAdapter?.getHttpServer() as Server | undefined;
    if (typeof server?.once === 'function') this.server = server.once('listening', this.onListening);
  }

  onApplicationShutdown(): void {
    this.server?.off('listening', this.onListening);
    this.server = undefined;
  }

  private readonly onListening = (): void => {
    const address = this.server?.address();
    // It may be a Unix socket.
    if (typeof address !== 'object' || address === null) return;
    const protocol = this.server instanceof TlsServer ? 'https' : 'http';
    const path = [...(this.hasPrefix() ? [this.config.getGlobalPrefix()] : []), this.path].join('/');
    const parts = path.split('/').filter((part) => part !== '');
    new SafeLogger('Monitor').log(SERVED_AT(`${protocol}://${authorityOf(address)}/${parts.join('/')}`));
  };

  /** Routes can be excluded from the global prefix. */
  private hasPrefix(): boolean {
    const path = `/${this.path.replace(/^\/|\/$/g, '')}`;
    const { exclude = [] } = this.config.getGlobalPrefixOptions();
    const methods: unknown[] = [RequestMethod.GET, RequestMethod.ALL, -1];
    return !exclude.some(
      ({ requestMethod, pathRegex }) => methods.includes(requestMethod) && pathRegex.test(path),
    );
  }
}

function authorityOf({ address, family, port }: AddressInfo): string {
  const name = EVERY_ADDRESS[address] ?? (family === 'IPv6' ? `[${address}]` : address);
  return `${name}:${port}`;
}
