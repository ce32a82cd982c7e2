import { createHash, timingSafeEqual } from 'node:crypto';
import type { Rule } from '../common/options/option-rules.js';

/** The characters of a bearer token, RFC 6750, section 2.1. */
const TOKEN = /^[\w.~+/-]+=*$/;

const BEARER = /^bearer +([\w.~+/-]+=*)$/i;

/** What the option `token` may be. A message about it never shows what it was. */
export const TOKEN_RULE: Rule = {
  allowed:
    'a text of 16 to 1000 letters, digits, "-", ".", "_", "~", "+" and "/", with "=" at its end, such as ' +
    '"openssl rand -hex 32" makes (what it was is not shown here)',
  isSecret: true,
  accepts: (value) =>
    typeof value === 'string' && value.length >= 16 && value.length <= 1000 && TOKEN.test(value),
};

/** A token that lets in whoever brings it. Only its hash is kept, so that nothing that looks in here can show it. */
export class BearerToken {
  readonly #hash: Buffer;

  constructor(token: string) {
    this.#hash = hashOf(token);
  }

  /** Whether the value of an `Authorization` header is this token. Takes as long for any other of its length. */
  isIn(authorization: string): boolean {
    const token = BEARER.exec(authorization)?.[1];
    return token !== undefined && timingSafeEqual(hashOf(token), this.#hash);
  }
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
