/**
 * Knows when Nest registers the routes of controllers, and nothing else: that is one run of code, which comes after the
 * middlewares have been configured and the gateways registered, and before any `onModuleInit()`. Whatever else gets a
 * handler (a GraphQL module, a microservice) does so earlier or later.
 */
export class RouteRegistration {
  private state: 'ahead' | 'next' | 'under way' | 'done' = 'ahead';

  /** Middlewares are being configured. An application without HTTP configures none. */
  expect(): void {
    if (this.state === 'ahead') this.state = 'next';
  }

  /** To be asked whenever Nest registers a handler. */
  get isUnderWay(): boolean {
    if (this.state === 'next') {
      this.state = 'under way';
      // Before Nest goes on with whatever awaits that run.
      queueMicrotask(() => this.end());
    }
    return this.state === 'under way';
  }

  /** What comes now is no route, if it was not over before. */
  end(): void {
    this.state = 'done';
  }
}
