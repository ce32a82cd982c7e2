import type { OnModuleInit } from '@nestjs/common';

/**
 * Knows when Nest registers the routes of controllers, and nothing else: that is one run of code, which comes after the
 * middlewares have been configured and the gateways registered, and before any `onModuleInit()`. Whatever else gets a
 * handler (a GraphQL module, a microservice) does so earlier or later.
 */
export class RouteRegistration implements OnModuleInit {
  private state: 'ahead' | 'next' | 'under way' | 'done' = 'ahead';

  /** Middlewares are being configured. An application without HTTP configures none. */
  expect(): void {
    if (this.state === 'ahead') this.state = 'next';
  }

  /** Whether Nest registers routes just now. To be asked whenever it registers a handler: the first one is of a route. */
  isUnderWay(): boolean {
    if (this.state === 'next') {
      this.state = 'under way';
      // Before Nest goes on with whatever awaits that run.
      queueMicrotask(() => this.onModuleInit());
    }
    return this.state === 'under way';
  }

  /** What comes now is no route: there was none, if it was not over before. */
  onModuleInit(): void {
    this.state = 'done';
  }
}
