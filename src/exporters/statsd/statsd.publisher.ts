import type { PublishContext, PublisherObject } from '../../publishing/publisher.js';
import type { MetricsSnapshot } from '../../metrics/collection/snapshot.js';
import { inSlices, sliceEnds } from '../../common/slices.js';
import { Acknowledged } from './acknowledged.js';
import { DocumentLines } from './document-lines.js';
import { GivenClientSender } from './given-client.sender.js';
import { plainName, taggedName } from './line-names.js';
import { OwnClientSender } from './own-client.sender.js';
import { packetsOf } from './packets.js';
import type { Sender } from './sender.js';
import type { ResolvedStatsdOptions, StatsdOptions } from './statsd-options.js';
import { isClient, resolveStatsdOptions } from './statsd-options.js';

/** After so many packets that did not get out, the others are left for the next time. */
const MAX_FAILURES = 3;

/**
 * A publisher that sends everything to a StatsD server: counters as what was added since they last got out, gauges with
 * their lowest and highest value, and of each histogram `count` and `sum` as counters and the quantiles as gauges.
 *
 * A publish fails when a packet is known not to have got out. The next one sends that packet's numbers again, with what
 * came since, and nothing that did get out. Over UDP, only a host that cannot be found and the like is known.
 *
 * Make one for each application.
 *
 * @throws MonitorOptionsError for an option that is unknown or not what it must be.
 *
 * @example
 * MonitorModule.forRoot({ publisher: statsdPublisher({ client: { host: 'statsd.local', prefix: 'shop.' } }) })
 */
export function statsdPublisher(options?: StatsdOptions): PublisherObject {
  return new StatsdPublisher(resolveStatsdOptions(options));
}

class StatsdPublisher implements PublisherObject {
  private readonly acknowledged = new Acknowledged();
  private readonly lines: DocumentLines;
  private readonly sender: Sender;
  /** The publish before. One whose time is up may still be waiting for what became of its last packet. */
  private last: Promise<unknown> = Promise.resolve();

  constructor({ client, dialect, packetSize }: ResolvedStatsdOptions) {
    this.sender = isClient(client) ? new GivenClientSender(client) : new OwnClientSender(client, packetSize);
    const isTagged = dialect === 'dogstatsd';
    this.lines = new DocumentLines(isTagged ? taggedName : plainName, !isTagged, this.acknowledged);
  }

  async publish(metrics: MetricsSnapshot, { signal }: PublishContext): Promise<void> {
    await orAborted(this.last, signal);
    const work = this.send(metrics, signal);
    this.last = work.catch(() => {});
    await work;
  }

  async afterLastPublish(): Promise<void> {
    await this.sender.close();
    this.acknowledged.clear();
  }

  private async send(metrics: MetricsSnapshot, signal: AbortSignal): Promise<void> {
    const { sender, acknowledged } = this;
    const lines = await inSlices(this.lines.linesOf(metrics));
    const failures: unknown[] = [];
    const sliceEnd = sliceEnds();
    for (const packet of packetsOf(lines, sender.packetSize, sender.overhead)) {
      signal.throwIfAborted();
      try {
        await sender.send(packet);
        for (const { sent } of packet) sent?.();
      } catch (thrown) {
        failures.push(thrown);
        if (failures.length === MAX_FAILURES) break;
      }
      // A socket may take packet after packet without ever letting the event loop turn.
      await sliceEnd();
    }
    // From then on the publish counts as failed, and its intervals come again.
    signal.throwIfAborted();
    if (failures.length > 0) throw failures[0];
    acknowledged.closeIntervals();
  }
}

function orAborted(work: Promise<unknown>, signal: AbortSignal): Promise<unknown> {
  const aborted = new Promise<never>((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  return Promise.race([work, aborted]);
}
