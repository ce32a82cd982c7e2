import type { Part, PartRequest } from './part.js';
import type { AnswerContent } from '../streaming/answer.js';
import type { Body } from '../streaming/chunks.js';
import { chunksOf, discardBody } from '../streaming/chunks.js';

/** The method of the call between processes. */
export const READ_PART = 'read';

/** A read that one process forwards to another. */
export type RemoteRead = Pick<PartRequest, 'headers' | 'segment' | 'client'> & {
  readonly part: string;
  readonly query: string;
  readonly isHead: boolean;
};

/** The first item of the answer. The others are its pieces. */
export type RemoteHead = Pick<AnswerContent, 'status' | 'type' | 'headers' | 'gzip'> & {
  /** `null` for an endless one. */
  readonly timeout?: number | null;
};

/** Characters, or bytes, in one piece. */
const PIECE = 1024 * 1024;

/** Answers another process: the head, and then the pieces as text, or as base64. */
export async function* answerRemotely(
  part: Part,
  { query, headers, segment, client, isHead }: RemoteRead,
  signal: AbortSignal,
): AsyncGenerator<readonly string[], void, undefined> {
  const audience = new RemoteAudience(signal, isHead);
  let rest: Body = '';
  try {
    const request = {
      audience,
      parameters: new URLSearchParams(query),
      headers,
      segment,
      client,
      isOwn: true,
    };
    const { status = 200, type, headers: given, gzip, timeout, body } = await part(request);
    const head: RemoteHead = {
      status,
      type,
      ...(given && { headers: given }),
      ...(gzip !== undefined && { gzip }),
      ...(timeout !== undefined && { timeout: timeout === Infinity ? null : timeout }),
    };
    rest = body;
    yield [JSON.stringify(head)];
    for await (const chunk of chunksOf(body)) {
      if (audience.isOver) return;
      for (let from = 0; from < chunk.length; from += PIECE) {
        const piece = chunk.slice(from, from + PIECE);
        yield [JSON.stringify(typeof piece === 'string' ? piece : [Buffer.from(piece).toString('base64')])];
      }
    }
    audience.end(true);
  } finally {
    audience.end(false);
    // The other process may have wanted the head alone.
    await discardBody(rest);
  }
}

/** Another process, which forwards the answer. */
class RemoteAudience {
  isOver = false;
  readonly signal: AbortSignal;
  private readonly aborter = new AbortController();
  private readonly callbacks: ((wasSent: boolean) => void)[] = [];
  private readonly onAbort = () => this.end(false);

  constructor(
    private readonly leaving: AbortSignal,
    readonly isHead: boolean,
  ) {
    this.signal = this.aborter.signal;
    if (leaving.aborted) this.end(false);
    else leaving.addEventListener('abort', this.onAbort, { once: true });
  }

  whenOver(callback: (wasSent: boolean) => void): void {
    if (this.isOver) callback(false);
    else this.callbacks.push(callback);
  }

  close(): void {
    this.end(false);
  }

  end(wasSent: boolean): void {
    if (this.isOver) return;
    this.isOver = true;
    this.leaving.removeEventListener('abort', this.onAbort);
    if (!wasSent) this.aborter.abort();
    for (const callback of this.callbacks.splice(0)) callback(wasSent);
  }
}
