import type { OnModuleInit } from '@nestjs/common';

/**
 * Knows whether Nest is registering the routes of controllers. It does so in one synchronous run, after middleware has been
 * configured and gateways registered, and before any `onModuleInit()`. Everything else that gets a handler (a GraphQL module,
 * a microservice) does so before or after that run.
 */
export class RouteRegistration implements OnModuleInit {
  private state: 'waiting' | 'next' | 'under way' | 'done' = 'waiting';

  /** Middleware is being configured: routes are next. An application without HTTP configures none. */
  expect(): void {
    if (this.state === 'waiting') this.state = 'next';
  }

  /** Must be called for every handler that Nest registers: the first one after {@link expect} belongs to a route. */
  isUnderWay(): boolean {
    if (this.state === 'next') {
      this.state = 'under way';
      // Runs before Nest continues after that run.
      queueMicrotask(() => this.onModuleInit());
    }
    return this.state === 'under way';
  }

  /** Handlers that are registered from here on belong to no route. */
  onModuleInit(): void {
    this.state = 'done';
  }
}
