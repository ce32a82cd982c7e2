import type { INestApplication, OnApplicationShutdown } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { SafeLogger } from '../../common/safe-logger.js';
import { Deadline } from '../../common/deadline.js';
import { PORT_FAILED, PORT_IS_CLOSING, SERVED_AT } from '../endpoint.messages.js';
import { loadAdapter } from './port.adapter.js';
import { createPortApplication } from './port.application.js';
import { claimPort, releaseOf } from './port-claims.js';
import type { ResolvedPortOptions } from './port.options.js';
import type { RelayedController } from './relay.controller.js';
import { relayController } from './relay.controller.js';

/** Milliseconds that another monitor of this process may take to close. */
const CLOSE_TIMEOUT = 10_000;

/**
 * The endpoint's own port, by the option `port`. Inject it to read its {@link url}.
 *
 * It listens from the end of `onApplicationBootstrap` to the end of `onApplicationShutdown`. It does not keep a
 * process alive that has nothing else to do, and closes without waiting for connections that clients keep open.
 */
export class MonitorPort implements OnApplicationShutdown {
  private readonly logger = new SafeLogger('MonitorPort');
  private readonly controllers: RelayedController[] = [];
  private app: INestApplication | undefined;
  private starting: Promise<void> | undefined;
  private readonly stopping = new AbortController();
  private release: (() => void) | undefined;
  private address: string | undefined;

  constructor(
    private readonly options: ResolvedPortOptions,
    private readonly host: HttpAdapterHost,
  ) {}

  /** Such as `http://127.0.0.1:9464/monitor`; `undefined` while it does not listen. */
  get url(): string | undefined {
    return this.address;
  }

  /** @internal Adds a controller to serve. `MonitorModule` does so before anything starts. */
  serve(controller: RelayedController): void {
    this.controllers.push(controller);
  }

  /**
   * @internal Listens, once all other modules have started and before any other part of the monitor starts. A port that
   * is in use fails the start of the application.
   */
  async listen(): Promise<void> {
    if (this.options.port === undefined || this.controllers.length === 0 || this.stopping.signal.aborted)
      return;
    this.starting = this.start(this.options.port);
    await this.starting;
  }

  /** The last lifecycle hook, so the endpoint can be read while the application stops. */
  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    // The application can be closed while it starts. The start itself reports its error.
    await this.starting?.catch(() => {});
    await this.stop();
  }

  private async start(port: number): Promise<void> {
    await this.previousClosed(port);
    if (this.stopping.signal.aborted) return;
    const relays = await Promise.all(this.controllers.map((controller) => relayController(controller)));
    const adapter = await loadAdapter(this.host.httpAdapter?.getType());
    const onError = (error: Error) =>
      this.logger.warn(PORT_FAILED(port, this.options.bindAddress, error.message));
    this.app = await createPortApplication(relays, adapter, onError);
    try {
      await this.app.listen(port, this.options.bindAddress);
    } catch (error) {
      await this.stop();
      const { message } = error as Error;
      throw new Error(PORT_FAILED(port, this.options.bindAddress, message), { cause: error });
    }
    if (port !== 0) this.release = claimPort(`${this.options.bindAddress}:${port}`);
    const [path] = this.controllers.map((controller) => controller.path.replace(/^\/|\/$/g, ''));
    this.address = `${await this.app.getUrl()}/${path}`;
    if (!this.stopping.signal.aborted) this.logger.log(SERVED_AT(this.address));
  }

  /**
   * With hot reload, the replaced application may still be closing, because its `close()` is not awaited. If its monitor does not
   * close in time, listening fails as with any other port that is in use.
   */
  private async previousClosed(port: number): Promise<void> {
    // For 0, a free port is chosen.
    const released = port === 0 ? undefined : releaseOf(`${this.options.bindAddress}:${port}`);
    if (released === undefined) return;
    this.logger.warn(PORT_IS_CLOSING(port, CLOSE_TIMEOUT / 1000));
    const { signal } = this.stopping;
    const stopped = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    const deadline = new Deadline(CLOSE_TIMEOUT, () => new Error());
    deadline.hold();
    await Promise.race([released, stopped, deadline.passed.catch(() => {})]);
    deadline.callOff();
  }

  private async stop(): Promise<void> {
    const { app, release } = this;
    this.app = this.address = this.release = undefined;
    await app?.close();
    release?.();
  }
}
