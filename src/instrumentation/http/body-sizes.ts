import type { IncomingMessage, ServerResponse } from 'node:http';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Responses with these statuses have no body, whatever is written. */
const BODILESS_STATUS: readonly number[] = [204, 205, 304];

/**
 * Counts the bytes of the bodies of a request and its response, as they are sent: compressed, and without the framing of
 * chunks. Create it before the framework gets the response, so that the output of a compression middleware is counted.
 */
export class BodySizes {
  private received = 0;
  private sent = 0;
  private isEnding = false;
  private readonly declared: number | undefined;

  constructor(
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
  ) {
    this.declared = lengthOf(request);
    if (this.declared === undefined) {
      replace(request, 'push', (chunk) => (this.received += bytesOf(chunk)));
    }
    replace(response, 'write', (chunk, encoding) => {
      // Over HTTP/2, end() passes its chunk to write().
      if (!this.isEnding) this.sent += bytesOf(chunk, encoding);
    });
    replace(response, 'end', (chunk, encoding) => {
      if (!this.isEnding) this.sent += bytesOf(chunk, encoding);
      this.isEnding = true;
    });
  }

  /** The bytes of the body of the request; `undefined` if it has not arrived completely. */
  get requestSize(): number | undefined {
    return this.request.complete ? (this.declared ?? this.received) : undefined;
  }

  /** The bytes of the body of the response. */
  get responseSize(): number {
    const { request, response } = this;
    const isBodiless = request.method === 'HEAD' || BODILESS_STATUS.includes(response.statusCode);
    return isBodiless ? 0 : this.sent;
  }
}

/** The length of a body by the headers; `undefined` for one that is sent in chunks, or over HTTP/2 without a length. */
function lengthOf({ headers, httpVersionMajor }: IncomingMessage): number | undefined {
  const length = Number(headers['content-length']);
  if (Number.isInteger(length)) return length;
  return headers['transfer-encoding'] === undefined && httpVersionMajor === 1 ? 0 : undefined;
}

function bytesOf(chunk: unknown, encoding?: unknown): number {
  if (typeof chunk === 'string') {
    return Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : undefined);
  }
  return chunk instanceof Uint8Array ? chunk.byteLength : 0;
}

/** Calls a function before each call of a method. */
function replace(object: object, name: string, before: (...args: unknown[]) => void): void {
  const method: unknown = Reflect.get(object, name);
  if (typeof method !== 'function') return;
  const replacement: Method = function (...args) {
    before(...args);
    return Reflect.apply(method, this, args);
  };
  Reflect.set(object, name, replacement);
}
