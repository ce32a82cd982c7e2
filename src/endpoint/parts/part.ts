import type { AnswerContent } from '../streaming/answer.js';

/** The one who gets an answer: an HTTP client of this process, or another process that passes it on. */
export interface Audience {
  /** Whether it gets the headers only. Then nothing is begun. */
  readonly isHead: boolean;
  /** Whether it has left, has got everything, or the application closes. */
  readonly isOver: boolean;
  /** Aborted when it leaves before it has got everything. For long work. */
  readonly signal: AbortSignal;
  /** Calls back once when it is over, with whether all of it was sent. */
  whenOver(callback: (wasSent: boolean) => void): void;
  /** Ends the answer at once. */
  close(status: number, text: string): void;
}

/** What is asked of one part of the endpoint. */
export interface PartRequest {
  readonly audience: Audience;
  /** The query, without `process`. */
  readonly parameters: URLSearchParams;
  readonly headers: PartHeaders;
  /** The last segment of the path, such as the id of a capture. */
  readonly segment: string;
  /** Who asks, for the log and for messages. */
  readonly client: string;
  /** Whether only this process is asked for, and not all that answer together. */
  readonly isOwn: boolean;
}

/** The headers of a request that parts read. */
export interface PartHeaders {
  readonly accept?: string | undefined;
  readonly 'user-agent'?: string | undefined;
  readonly 'last-event-id'?: string | undefined;
}

/** One part of the endpoint, such as the history: it can be read in this process, and from another one for it. */
export type Part = (request: PartRequest) => Promise<AnswerContent>;

export function textAnswer(status: number, text: string, headers?: AnswerContent['headers']): AnswerContent {
  return { status, type: 'text/plain; charset=utf-8', ...(headers && { headers }), body: text };
}
