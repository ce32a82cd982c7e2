import { Inject, Injectable } from '@nestjs/common';
import { inSlices } from '../../common/slices.js';
import type { HistoryDocument, HistoryQuery } from '../../history/history-document.js';
import { historyJson } from '../../history/history-json.js';
import { TOO_MANY_READS } from '../endpoint.messages.js';
import type { Audience } from '../parts/part.js';
import { textAnswer } from '../parts/part.js';
import type { AnswerContent } from '../streaming/answer.js';
import { ReadLimiter } from '../streaming/read-limiter.js';

const JSON_TYPE = 'application/json; charset=utf-8';

/** The history of this process, or that of its group. */
export interface ReadableHistory {
  document(query: HistoryQuery): Promise<HistoryDocument>;
}

/** Answers reads of the history. They are bounded together with all other reads of the endpoint. */
@Injectable()
export class HistoryReads {
  /** Documents that are made now. Clients that ask for the same one at once share it. */
  private readonly making = new Map<string, Promise<string[] | undefined>>();

  constructor(@Inject(ReadLimiter) private readonly limiter: ReadLimiter) {}

  /** @param name of the history, other than that of another one. */
  async json(
    audience: Audience,
    name: string,
    history: ReadableHistory,
    query: HistoryQuery,
  ): Promise<AnswerContent> {
    if (audience.isHead || audience.isOver) return { type: JSON_TYPE, body: [], gzip: true };
    const leave = this.limiter.enter();
    if (leave !== undefined) audience.whenOver(leave);
    try {
      const pieces = leave === undefined ? undefined : await this.shared(audience, name, history, query);
      if (pieces === undefined) return textAnswer(503, TOO_MANY_READS, { 'Retry-After': '1' });
      return { type: JSON_TYPE, body: pieces, gzip: true };
    } catch (thrown) {
      leave?.();
      throw thrown;
    }
  }

  private shared(
    audience: Audience,
    name: string,
    history: ReadableHistory,
    query: HistoryQuery,
  ): Promise<string[] | undefined> {
    const key = JSON.stringify([name, query]);
    let pieces = this.making.get(key);
    if (pieces === undefined) {
      pieces = this.make(audience, history, query).finally(() => this.making.delete(key));
      this.making.set(key, pieces);
    }
    return pieces;
  }

  /** @returns `undefined` if there are too many documents in memory. */
  private async make(
    audience: Audience,
    history: ReadableHistory,
    query: HistoryQuery,
  ): Promise<string[] | undefined> {
    const slot = await this.limiter.slot();
    if (slot === undefined) return undefined;
    try {
      const pieces = await inSlices(historyJson(await history.document(query)));
      slot.made(pieces.reduce((sum, piece) => sum + piece.length, 0));
      audience.whenOver(() => slot.release());
      return pieces;
    } catch (thrown) {
      slot.release();
      throw thrown;
    }
  }
}
