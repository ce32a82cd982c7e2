import type { ExpositionFormat } from '../exporters/prometheus/exposition-format.js';
import { MetricsReader } from '../metrics/collection/reader.js';
import type { MetricsSource } from '../metrics/source/metrics-source.js';
import type { ProcessQuery } from '../processes/group/find-process.js';
import { NoSingleProcess } from '../processes/group/find-process.js';
import type { ProcessesHandle } from '../processes/processes.handle.js';
import { PrometheusExporter } from '../exporters/prometheus/prometheus.exporter.js';
import { TOO_MANY_READS } from './endpoint.messages.js';
import { isThisProcess, refusalOf } from './negotiation/process-query.js';
import type { Answer } from './streaming/answer.js';
import type { ReadLimiter } from './streaming/read-limiter.js';
import { Scrapes } from './streaming/scrapes.js';

const JSON_TYPE = 'application/json; charset=utf-8';

/** What a request reads. */
export interface ReadTarget {
  /** The name of the reader in the query; `undefined` without one. */
  readonly name: string | undefined;
  /** The process in the query; `undefined` without one. */
  readonly process: ProcessQuery | undefined;
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
 * Answers reads of the metrics, as JSON or in a format of Prometheus. One limit applies to all of them together. If an answer
 * was not sent, its window is merged into the next one of the reader.
 */
export class MetricsReads {
  private readonly ofProcesses = new WeakMap<MetricsSource, SourceReads>();

  constructor(
    private readonly all: SourceReads,
    private readonly limiter: ReadLimiter,
    private readonly processes: ProcessesHandle,
  ) {}

  async json(answer: Answer, { name, process }: ReadTarget): Promise<void> {
    const reads = await this.readsOf(answer, process);
    if (reads === undefined) return;
    return this.bounded(answer, JSON_TYPE, () =>
      this.sendJson(answer, reads.reader, name === undefined ? 'http' : `http:${name}`),
    );
  }

  async scrape(answer: Answer, { name, process }: ReadTarget, format: ExpositionFormat): Promise<void> {
    const reads = await this.readsOf(answer, process);
    if (reads === undefined) return;
    return this.bounded(answer, format.contentType, () =>
      this.sendScrape(
        answer,
        reads.scrapes,
        name === undefined ? 'prometheus' : `prometheus:${name}`,
        format,
      ),
    );
  }

  /** @returns `undefined` if there is no such process in the group, or not a single one. The answer then says so. */
  private async readsOf(answer: Answer, query: ProcessQuery | undefined): Promise<SourceReads | undefined> {
    if (query === undefined) return this.all;
    const { current } = this.processes;
    if (current === undefined && isThisProcess(query)) return this.all;
    const source = (await current?.source.find(query)) ?? new NoSingleProcess();
    if (source instanceof NoSingleProcess) {
      await answer.sendText(...refusalOf(query, source));
      return undefined;
    }
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
    // When the answer is over, also if creating it throws.
    if (leave !== undefined) answer.whenOver(leave);
    try {
      const hasRoom = leave !== undefined && (await send());
      if (!hasRoom) await answer.sendText(503, TOO_MANY_READS, { 'Retry-After': '1' });
    } catch (thrown) {
      leave?.();
      throw thrown;
    }
  }

  /** @returns whether there was a slot for the document. */
  private async sendJson(answer: Answer, metricsReader: MetricsReader, reader: string): Promise<boolean> {
    const slot = await this.limiter.slot();
    if (slot === undefined) return false;
    try {
      // The client may have disconnected while it waited for the slot.
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
