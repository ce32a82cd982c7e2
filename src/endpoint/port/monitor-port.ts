import type { INestApplication, Type } from '@nestjs/common';
import { Logger } from '@nestjs/common';
import type { HttpAdapterHost, ModuleRef } from '@nestjs/core';
import { PORT_FAILED, SERVED_AT } from '../endpoint.messages.js';
import type { MonitorController } from '../monitor.controller.js';
import { loadAdapter } from './port.adapter.js';
import { createPortApplication } from './port.application.js';
import type { ResolvedPortOptions } from './port.options.js';
import { relayController } from './relay.controller.js';

interface Endpoint {
  controller: Type<MonitorController>;
  moduleRef: ModuleRef;
  path: string;
  host: string | undefined;
}

/**
 * The port of its own that the endpoint has by the option `port`. Inject it to learn where that is.
 *
 * It listens from the end of `onApplicationBootstrap` to the end of `onApplicationShutdown`. It does not keep a
 * process alive that has nothing else to do, and closes without waiting for connections that clients keep open.
 */
export class MonitorPort {
  private readonly logger = new Logger('MonitorPort');
  private endpoint: Endpoint | undefined;
  private app: INestApplication | undefined;
  private starting: Promise<void> | undefined;
  private isStopped = false;
  private address: string | undefined;

  constructor(
    private readonly options: ResolvedPortOptions,
    private readonly host: HttpAdapterHost,
  ) {}

  /** Where the endpoint is, such as `http://127.0.0.1:9464/monitor`; `undefined` while there is none on a port of its own. */
  get url(): string | undefined {
    return this.address;
  }

  /** @internal What to serve. `MonitorModule` says so before anything starts. */
  serve(endpoint: Endpoint): void {
    this.endpoint = endpoint;
  }

  /**
   * @internal Listens, once all other modules have started. Nothing else of the monitor has been started by then, and
   * a port that is taken fails the start of the application.
   */
  async listen(): Promise<void> {
    if (this.options.port === undefined || this.endpoint === undefined || this.isStopped) return;
    this.starting = this.start(this.options.port, this.endpoint);
    await this.starting;
  }

  /** In the last of all hooks, so that it can be seen how the application stops. */
  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    // It can be closed while it starts. That it did not start is known to whoever started it.
    await this.starting?.catch(() => {});
    await this.stop();
  }

  private async start(port: number, { controller, moduleRef, path, host }: Endpoint): Promise<void> {
    const relay = await relayController(controller, moduleRef);
    const adapter = await loadAdapter(this.host.httpAdapter?.getType());
    const onError = (error: Error) =>
      this.logger.warn(PORT_FAILED(port, this.options.bindAddress, error.message));
    this.app = await createPortApplication(relay, { path, host }, adapter, onError);
    try {
      await this.app.listen(port, this.options.bindAddress);
    } catch (error) {
      await this.stop();
      const { message } = error as Error;
      throw new Error(PORT_FAILED(port, this.options.bindAddress, message), { cause: error });
    }
    this.address = `${await this.app.getUrl()}/${path.replace(/^\/|\/$/g, '')}`;
    if (!this.isStopped) this.logger.log(SERVED_AT(this.address));
  }

  private async stop(): Promise<void> {
    const { app } = this;
    this.app = this.address = undefined;
    await app?.close();
  }
}
