import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds of a query. */
const QUERY_TIME = 30;

export interface StockConnection {
  query(text: string): Promise<void>;
  release(): void;
}

/** Stands in for a `Pool` of pg, with the same properties, so that the shop needs no database. It is too small on purpose. */
@Injectable()
export class StockPool {
  readonly options = { max: 1 };
  totalCount = 0;
  idleCount = 0;
  private readonly waiting: ((connection: StockConnection) => void)[] = [];
  private readonly connection: StockConnection = {
    query: () => sleep(QUERY_TIME),
    release: () => this.release(),
  };

  get waitingCount(): number {
    return this.waiting.length;
  }

  async connect(): Promise<StockConnection> {
    if (this.idleCount > 0) {
      this.idleCount--;
      return this.connection;
    }
    if (this.totalCount < this.options.max) {
      this.totalCount++;
      return this.connection;
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  async query(text: string): Promise<void> {
    const connection = await this.connect();
    try {
      await connection.query(text);
    } finally {
      connection.release();
    }
  }

  private release(): void {
    const next = this.waiting.shift();
    if (next) next(this.connection);
    else this.idleCount++;
  }
}
