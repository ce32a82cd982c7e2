import type { INestApplication, OnApplicationShutdown } from '@nestjs/common';
import { Logger } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { PORT_FAILED, SERVED_AT } from '../endpoint.messages.js';
import { loadAdapter } from './port.adapter.js';
import { createPortApplication } from './port.application.js';
import type { ResolvedPortOptions } from './port.options.js';
import type { RelayedController } from './relay.controller.js';
import { relayController } from './relay.controller.js';

/**
 * The endpoint's own port, by the option `port`. Inject it to read its {@link url}.
 *
 * It listens from the end of `onApplicationBootstrap` to the end of `onApplicationShutdown`. It does not keep a
 * process alive that has nothing else to do, and closes without waiting for connections that clients keep open.
 */
export class MonitorPort implements OnApplicationShutdown {
  private readonly logger = new Logger('MonitorPort');
  private readonly controllers: RelayedController[] = [];
  private app: INestApplication | undefined;
  private starting: Promise<void> | undefined;
  private isStopped = false;
  private address: string | undefined;

  constructor(
    private readonly options: ResolvedPortOptions,
    private readonly host: HttpAdapterHost,
  ) {}

  /** Such as `http://127.0.0.1:9464/monitor`; `undefined` while it does not listen. */
  get url(): string | undefined {
    return this.address;
  }

  /** @internal Adds a controller to what is served. `MonitorModule` does so before anything starts. */
  serve(controller: RelayedController): void {
    this.controllers.push(controller);
  }

  /**
   * @internal Listens, once all other modules have started and before any other part of the monitor starts. A port that
   * is in use fails the start of the application.
   */
  async listen(): Promise<void> {
    if (this.options.port === undefined || this.controllers.length === 0 || this.isStopped) return;
    this.starting = this.start(this.options.port);
    await this.starting;
  }

  /** The last lifecycle hook, so the endpoint can be read while the application stops. */
  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    // The application can be closed while it starts. The start itself reports its error.
    await this.starting?.catch(() => {});
    await this.stop();
  }

  private async start(port: number): Promise<void> {
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
    const [path] = this.controllers.map((controller) => controller.path.replace(/^\/|\/$/g, ''));
    this.address = `${await this.app.getUrl()}/${path}`;
    if (!this.isStopped) this.logger.log(SERVED_AT(this.address));
  }

  private async stop(): Promise<void> {
    const { app } = this;
    this.app = this.address = undefined;
    await app?.close();
  }
}
