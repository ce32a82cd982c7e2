import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';

/** Milliseconds until it answers. */
const DELAY = 80;

/** Each fifth request fails. */
const FAILURES = 5;

/** Stands in for a supplier on another machine, which is slow and sometimes fails, so that the shop needs no network. */
@Injectable()
export class SupplierServer implements OnModuleInit, OnModuleDestroy {
  private requests = 0;
  private readonly server = createServer((request, response) => {
    request.resume();
    const status = ++this.requests % FAILURES === 0 ? 503 : 202;
    setTimeout(() => response.writeHead(status).end(), DELAY);
  });

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async onModuleInit(): Promise<void> {
    await once(this.server.listen(0, '127.0.0.1'), 'listening');
    this.server.unref();
  }

  onModuleDestroy(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
