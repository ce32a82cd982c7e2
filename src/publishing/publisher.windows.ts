import type { CallContext } from '../common/call-context.js';
import { inSlices } from '../common/slices.js';
import type { MetricsReader } from '../metrics/collection/reader.js';
import type { PublishContext, Publisher, WindowPublisher } from '../metrics/publisher.js';
import { isWindowPublisher, PUBLISH_WINDOW } from '../metrics/publisher.js';
import type { MetricsSource } from '../metrics/source/metrics-source.js';
import type { PreparedCall } from './publisher.runner.js';

/** The windows of the publishers. In a group of processes, the one that publishes continues where another one has ended. */
export class PublisherWindows {
  /** The readers for which this process has loaded what another one has sent. */
  private readonly takenOver = new Set<string>();

  constructor(
    private readonly source: MetricsSource,
    private readonly reader: MetricsReader,
    private readonly context: CallContext,
  ) {}

  /** Opens a new window of a publisher. It is kept for as long as the publisher fails. */
  async open(publisher: Publisher, reader: string): Promise<PreparedCall> {
    if (isWindowPublisher(publisher)) {
      await this.takeOver(publisher, reader);
      const view = await this.source.window(reader, { isKept: true });
      let wasSent = false;
      const publishWindow = async (context: PublishContext) => {
        try {
          await publisher[PUBLISH_WINDOW](view, context);
          wasSent = true;
        } finally {
          // Also after a failure: a part of it may have been sent.
          await this.handOver(publisher, reader);
        }
      };
      return {
        publish: (context) => this.context.own(() => publishWindow(context)),
        // The time may be up while what was sent is saved.
        giveBack: () => void (wasSent || view.giveBack()),
      };
    }
    const { metrics, giveBack } = await this.reader.read(reader, true);
    // Requests of a publisher do not count as outgoing requests of the application.
    const publish = (context: PublishContext) =>
      this.context.own(() =>
        typeof publisher === 'function' ? publisher(metrics, context) : publisher.publish(metrics, context),
      );
    return { publish, giveBack };
  }

  /** Loads what another process has sent before, so that it is not sent again. */
  private async takeOver({ sentSoFar }: WindowPublisher, reader: string): Promise<void> {
    const { pushed } = this.source;
    if (pushed === undefined || sentSoFar === undefined || this.takenOver.has(reader)) return;
    const text = await pushed.load(reader);
    if (text !== undefined) await inSlices(sentSoFar.restore(text));
    this.takenOver.add(reader);
  }

  /** Saves what was sent, for another process that publishes after this one. */
  private async handOver({ sentSoFar }: WindowPublisher, reader: string): Promise<void> {
    const { pushed } = this.source;
    if (pushed === undefined || sentSoFar === undefined) return;
    // A failure is logged where the totals are saved, which are in the same directory.
    await pushed.save(reader, await inSlices(sentSoFar.read())).catch(() => {});
  }
}
