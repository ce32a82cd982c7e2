import { Inject, Injectable } from '@nestjs/common';
import { inSlices } from '../../common/slices.js';
import type { HistoryDocument, HistoryQuery } from '../../history/history-document.js';
import { historyJson } from '../../history/history-json.js';
import { TOO_MANY_READS } from '../endpoint.messages.js';
import type { Audience } from '../parts/part.js';
import { textAnswer } from '../parts/part.js';
import type { AnswerContent } from '../streaming/answer.js';
import { ReadLimiter } from '../streaming/read-limiter.js';
import { SharedDocument } from './shared-document.js';

const JSON_TYPE = 'application/json; charset=utf-8';

/** The history of this process, or that of its group. */
export interface ReadableHistory {
  document(query: HistoryQuery): Promise<HistoryDocument>;
}

/** Answers reads of the history. They count towards the limit for all reads of the endpoint. */
@Injectable()
export class HistoryReads {
  /** Documents that are being created. Concurrent reads of the same one share it. */
  private readonly making = new Map<string, SharedDocument>();

  constructor(@Inject(ReadLimiter) private readonly limiter: ReadLimiter) {}

  /** @param name of the history, unique for each. */
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
    const document = this.making.get(key) ?? this.begin(key, history, query);
    document.join(audience);
    return document.pieces;
  }

  private begin(key: string, history: ReadableHistory, query: HistoryQuery): SharedDocument {
    const make = async () => inSlices(historyJson(await history.document(query)));
    const document = new SharedDocument(this.limiter, make, () => this.making.delete(key));
    this.making.set(key, document);
    return document;
  }
}
