import { createHash, timingSafeEqual } from 'node:crypto';
import type { Rule } from '../common/options/option-rules.js';

/** The characters of a bearer token, RFC 6750, section 2.1. */
const TOKEN = /^[\w.~+/-]+=*$/;

const BEARER = /^bearer +([\w.~+/-]+=*)$/i;

/** The rule of the option `token`. Its message never contains the value. */
export const TOKEN_RULE: Rule = {
  allowed:
    'a string of 16 to 1000 letters, digits, "-", ".", "_", "~", "+" and "/", with "=" at its end, such as the output of ' +
    '"openssl rand -hex 32" (the value is not shown here)',
  isSecret: true,
  accepts: (value) =>
    typeof value === 'string' && value.length >= 16 && value.length <= 1000 && TOKEN.test(value),
};

/** The token of the options. Only its hash is kept, so that no dump of this object contains it. */
export class BearerToken {
  readonly #hash: Buffer;

  constructor(token: string) {
    this.#hash = hashOf(token);
  }

  /** Whether the value of an `Authorization` header has this token. Compared in constant time. */
  isIn(authorization: string): boolean {
    const token = BEARER.exec(authorization)?.[1];
    return token !== undefined && timingSafeEqual(hashOf(token), this.#hash);
  }
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
