import { isNotInstalled, MISSING_PACKAGE } from '../../common/missing-package.js';
import type { Sliced } from '../../common/slices.js';
import { inSlices, sliceEnds } from '../../common/slices.js';
import type { PublishContext, PublisherObject, WindowPublisher } from '../../metrics/publisher.js';
import { PUBLISH_WINDOW } from '../../metrics/publisher.js';
import type { WindowView } from '../../metrics/source/metrics-source.js';
import { Acknowledged } from './acknowledged.js';
import { GivenClientSender } from './given-client.sender.js';
import { plainName, taggedName } from './line-names.js';
import { MetricLines } from './metric-lines.js';
import { packetsOf } from './packets.js';
import type { Sender } from './sender.js';
import type { ResolvedStatsdOptions, StatsdOptions } from './statsd-options.js';
import { isClient, resolveStatsdOptions } from './statsd-options.js';
import { NOT_WRAPPED, PURPOSE } from './statsd.messages.js';

/** A publish ends after this many packets that could not be sent. The rest is sent with the next one. */
const MAX_FAILURES = 3;

/**
 * Creates a publisher that sends all metrics to a StatsD server: a counter as its increase since it was last sent; a gauge
 * with its lowest and highest value since the last publish; a histogram with its `count` and `sum` as counters and its
 * quantiles as gauges.
 *
 * A publish fails if a packet is known not to have been sent. The next one sends the numbers of that packet again, with
 * what was added meanwhile, and no increase twice. Over UDP, only errors such as an unknown host are noticed.
 *
 * Create one for each application, and pass it to the `publisher` option as it is: it reads the numbers, not the document, so
 * its `publish()` cannot be called by a publisher of yours.
 *
 * @throws MonitorOptionsError for an option that is unknown or has a value that is not allowed.
 *
 * @example
 * MonitorModule.forRoot({ publisher: statsdPublisher({ client: { host: 'statsd.local', prefix: 'shop.' } }) })
 */
export function statsdPublisher(options?: StatsdOptions): PublisherObject {
  return new StatsdPublisher(resolveStatsdOptions(options));
}

class StatsdPublisher implements WindowPublisher {
  private readonly acknowledged = new Acknowledged();
  private readonly lines: MetricLines;
  private sender: Promise<Sender> | undefined;

  constructor(private readonly options: ResolvedStatsdOptions) {
    const nameLine = options.dialect === 'dogstatsd' ? taggedName : plainName;
    this.lines = new MetricLines(nameLine, this.acknowledged);
  }

  async beforeFirstPublish(): Promise<void> {
    await this.loadSender();
  }

  get sentSoFar(): Acknowledged {
    return this.acknowledged;
  }

  publish(): never {
    throw new Error(NOT_WRAPPED);
  }

  /**
   * Sends the numbers of a window. When the signal is aborted, it still waits for the packet that is being sent: whether
   * that was sent decides what the next publish sends.
   */
  async [PUBLISH_WINDOW](view: WindowView, { signal }: PublishContext): Promise<void> {
    const { acknowledged } = this;
    const sender = await this.loadSender();
    const lines = await inSlices(until(signal, this.lines.linesOf(view)));
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
      // A socket may accept packet after packet without the event loop running anything else.
      await sliceEnd();
    }
    // An aborted publish has failed, and its intervals are part of the next one.
    signal.throwIfAborted();
    if (failures.length > 0) throw failures[0];
    acknowledged.closeIntervals();
  }

  async afterLastPublish(): Promise<void> {
    await (await this.sender)?.close();
    this.acknowledged.clear();
  }

  private loadSender(): Promise<Sender> {
    return (this.sender ??= senderFor(this.options));
  }
}

/** Stops reading when the signal is aborted: the window is given back then, and what is read of it afterwards would be lost. */
function* until<T>(signal: AbortSignal, work: Sliced<T>): Sliced<T> {
  for (;;) {
    signal.throwIfAborted();
    const step = work.next();
    if (step.done === true) return step.value;
    yield;
  }
}

/** Loads hot-shots only if the application has no client of its own. */
async function senderFor({ client, packetSize }: ResolvedStatsdOptions): Promise<Sender> {
  if (isClient(client)) return new GivenClientSender(client);
  try {
    const { OwnClientSender } = await import('./own-client.sender.js');
    return new OwnClientSender(client, packetSize);
  } catch (error) {
    throw isNotInstalled(error, 'hot-shots') ? new Error(MISSING_PACKAGE(PURPOSE, 'hot-shots')) : error;
  }
}
