import { Inject, Injectable } from '@nestjs/common';
import { inSlices } from '../../common/slices.js';
import type { HistoryQuery } from '../../history/history-document.js';
import { historyJson } from '../../history/history-json.js';
import type { MonitorHistory } from '../../history/monitor-history.js';
import { TOO_MANY_READS } from '../endpoint.messages.js';
import type { Answer } from '../streaming/answer.js';
import { ReadLimiter } from '../streaming/read-limiter.js';

const JSON_TYPE = 'application/json; charset=utf-8';

/** Answers reads of the history. They are bounded together with all other reads of the endpoint. */
@Injectable()
export class HistoryReads {
  /** Documents that are made now. Clients that ask for the same one at once share it. */
  private readonly making = new Map<string, Promise<string[] | undefined>>();

  constructor(@Inject(ReadLimiter) private readonly limiter: ReadLimiter) {}

  async json(answer: Answer, history: MonitorHistory, query: HistoryQuery): Promise<void> {
    if (answer.isHead) return void (await answer.send({ type: JSON_TYPE, body: [], gzip: true }));
    if (answer.isOver) return;
    const leave = this.limiter.enter();
    if (leave !== undefined) answer.whenOver(leave);
    try {
      const pieces = leave === undefined ? undefined : await this.shared(answer, history, query);
      if (pieces === undefined) await answer.sendText(503, TOO_MANY_READS, { 'Retry-After': '1' });
      else await answer.send({ type: JSON_TYPE, body: pieces, gzip: true });
    } catch (thrown) {
      leave?.();
      throw thrown;
    }
  }

  private shared(
    answer: Answer,
    history: MonitorHistory,
    query: HistoryQuery,
  ): Promise<string[] | undefined> {
    const key = JSON.stringify(query);
    let pieces = this.making.get(key);
    if (pieces === undefined) {
      pieces = this.make(answer, history, query).finally(() => this.making.delete(key));
      this.making.set(key, pieces);
    }
    return pieces;
  }

  /** @returns `undefined` if there are too many documents in memory. */
  private async make(
    answer: Answer,
    history: MonitorHistory,
    query: HistoryQuery,
  ): Promise<string[] | undefined> {
    const slot = await this.limiter.slot();
    if (slot === undefined) return undefined;
    try {
      const pieces = await inSlices(historyJson(await history.document(query)));
      slot.made(pieces.reduce((sum, piece) => sum + piece.length, 0));
      answer.whenOver(() => slot.release());
      return pieces;
    } catch (thrown) {
      slot.release();
      throw thrown;
    }
  }
}
