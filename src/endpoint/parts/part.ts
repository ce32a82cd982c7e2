import type { AnswerContent } from '../streaming/answer.js';

/** The receiver of an answer: an HTTP client of this process, or another process that forwards it. */
export interface Audience {
  /** Whether it gets the headers only. Then no work must be started. */
  readonly isHead: boolean;
  /** Whether it has disconnected, has received everything, or the application closes. */
  readonly isOver: boolean;
  /** Aborted when it disconnects before it has received everything. For long work. */
  readonly signal: AbortSignal;
  /** Calls back once when it is over, with whether all of it was sent. */
  whenOver(callback: (wasSent: boolean) => void): void;
  /** Ends the answer at once. */
  close(status: number, text: string): void;
}

/** A request to one part of the endpoint. */
export interface PartRequest {
  readonly audience: Audience;
  /** The query, without `process`. */
  readonly parameters: URLSearchParams;
  readonly headers: PartHeaders;
  /** The last segment of the path, decoded, such as the id of a capture. */
  readonly segment: string;
  /** The address of the client, for the log and for messages. */
  readonly client: string;
  /** Whether the answer is for this process only, and not for its whole group. */
  readonly isOwn: boolean;
}

/** The headers of a request that parts read. */
export interface PartHeaders {
  readonly accept?: string | undefined;
  readonly 'user-agent'?: string | undefined;
  readonly 'last-event-id'?: string | undefined;
}

/** One part of the endpoint, such as the history. Another process of the group can read it too, for its own clients. */
export type Part = (request: PartRequest) => Promise<AnswerContent>;

export function textAnswer(status: number, text: string, headers?: AnswerContent['headers']): AnswerContent {
  return { status, type: 'text/plain; charset=utf-8', ...(headers && { headers }), body: text };
}
