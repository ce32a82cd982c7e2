import type { OnModuleDestroy } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import type { Visit } from './visits.js';
import { VISITS } from './visits.js';

const INTERVAL = 400;

/** Simulated customers, who send HTTP requests to the shop, so that the monitor has something to show. */
@Injectable()
export class TrafficService implements OnModuleDestroy {
  private readonly closing = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private visits = 0;

  /** @param url where the shop is open. */
  start(url: string): void {
    this.timer = setInterval(() => {
      const visit = VISITS[this.visits++ % VISITS.length];
      if (visit !== undefined) void this.visit(url, visit);
    }, INTERVAL).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
    this.closing.abort();
  }

  private async visit(url: string, { path, body }: Visit): Promise<void> {
    try {
      const response = await fetch(url + path, {
        method: body ? 'POST' : 'GET',
        headers: { 'Content-Type': 'application/json' },
        body: body ? JSON.stringify(body) : undefined,
        signal: this.closing.signal,
      });
      // Read to its end, so that the next visit can use the connection again.
      await response.arrayBuffer();
    } catch {
      // The shop is closing, or too busy, which the monitor shows.
    }
  }
}
