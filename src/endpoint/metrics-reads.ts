import type { ExpositionFormat } from '../exporters/prometheus/exposition-format.js';
import { MetricsReader } from '../metrics/collection/reader.js';
import type { MetricsSource } from '../metrics/source/metrics-source.js';
import type { ProcessesHandle } from '../processes/processes.handle.js';
import { PrometheusExporter } from '../exporters/prometheus/prometheus.exporter.js';
import { TOO_MANY_READS, UNKNOWN_PROCESS } from './endpoint.messages.js';
import type { Answer } from './streaming/answer.js';
import type { ReadLimiter } from './streaming/read-limiter.js';
import { Scrapes } from './streaming/scrapes.js';

const JSON_TYPE = 'application/json; charset=utf-8';

/** What a request asks for. */
export interface ReadTarget {
  /** By which the client calls itself in the query, if it does. */
  readonly name: string | undefined;
  /** The one process that is asked for, if it is. */
  readonly pid: number | undefined;
}

/** How one source is read. */
export interface SourceReads {
  readonly reader: MetricsReader;
  readonly scrapes: Scrapes;
}

export function readsOf(source: MetricsSource, limiter: ReadLimiter): SourceReads {
  return { reader: new MetricsReader(source), scrapes: new Scrapes(new PrometheusExporter(source), limiter) };
}

/**
 * Answers reads of the metrics, as JSON or in a format of Prometheus. All of them are bounded together, and a reader whose
 * answer was not sent gets its window back.
 */
export class MetricsReads {
  private readonly ofProcesses = new WeakMap<MetricsSource, SourceReads>();

  constructor(
    private readonly all: SourceReads,
    private readonly limiter: ReadLimiter,
    private readonly processes: ProcessesHandle,
  ) {}

  async json(answer: Answer, { name, pid }: ReadTarget): Promise<void> {
    const reads = await this.readsOf(pid);
    if (reads === undefined) return sendUnknown(answer, pid);
    return this.bounded(answer, JSON_TYPE, () =>
      this.sendJson(answer, reads.reader, name === undefined ? 'http' : `http:${name}`),
    );
  }

  async scrape(answer: Answer, { name, pid }: ReadTarget, format: ExpositionFormat): Promise<void> {
    const reads = await this.readsOf(pid);
    if (reads === undefined) return sendUnknown(answer, pid);
    return this.bounded(answer, format.contentType, () =>
      this.sendScrape(
        answer,
        reads.scrapes,
        name === undefined ? 'prometheus' : `prometheus:${name}`,
        format,
      ),
    );
  }

  /** @returns `undefined` if this process does not know it. */
  private async readsOf(pid: number | undefined): Promise<SourceReads | undefined> {
    if (pid === undefined) return this.all;
    const { current } = this.processes;
    if (current === undefined) return pid === process.pid ? this.all : undefined;
    const source = await current.source.find(pid);
    if (source === undefined) return undefined;
    let reads = this.ofProcesses.get(source);
    if (reads === undefined) {
      reads = readsOf(source, this.limiter);
      this.ofProcesses.set(source, reads);
    }
    return reads;
  }

  private async bounded(answer: Answer, type: string, send: () => Promise<boolean>): Promise<void> {
    // HEAD must not open a window, since its values are not sent.
    if (answer.isHead) {
      await answer.send({ type, body: [], gzip: type !== JSON_TYPE });
      return;
    }
    if (answer.isOver) return;
    const leave = this.limiter.enter();
    // Also where what makes the answer throws.
    if (leave !== undefined) answer.whenOver(leave);
    try {
      const hasRoom = leave !== undefined && (await send());
      if (!hasRoom) await answer.sendText(503, TOO_MANY_READS, { 'Retry-After': '1' });
    } catch (thrown) {
      leave?.();
      throw thrown;
    }
  }

  /** @returns whether there was a place in memory for the document. */
  private async sendJson(answer: Answer, metricsReader: MetricsReader, reader: string): Promise<boolean> {
    const slot = await this.limiter.slot();
    if (slot === undefined) return false;
    try {
      // The client may have left while others were served.
      if (answer.isOver) return true;
      const { metrics, giveBack } = await metricsReader.json(reader);
      slot.made(metrics.reduce((sum, piece) => sum + piece.length, 0));
      if (!(await answer.send({ type: JSON_TYPE, body: metrics }))) giveBack();
      return true;
    } finally {
      slot.release();
    }
  }

  private async sendScrape(
    answer: Answer,
    scrapes: Scrapes,
    reader: string,
    format: ExpositionFormat,
  ): Promise<boolean> {
    const scrape = await scrapes.scrape(format, reader);
    if (scrape === undefined) return false;
    answer.whenOver(scrape.done);
    await answer.send({ type: format.contentType, body: scrape.pieces, gzip: true });
    return true;
  }
}

async function sendUnknown(answer: Answer, pid = 0): Promise<void> {
  await answer.sendText(404, UNKNOWN_PROCESS(pid));
}
