import { createHash, timingSafeEqual } from 'node:crypto';
import { kindOf } from '../common/show-value.js';
import type { Rule } from '../common/options/option-rules.js';
import { TOKEN_HAS_BAD_CHARACTER, TOKEN_HAS_BAD_LENGTH, TOKEN_IS_NO_STRING } from './access.messages.js';

/** The characters of a bearer token, RFC 6750, section 2.1. */
const TOKEN = /^[\w.~+/-]+=*$/;

/** As much of a value as is allowed. */
const TOKEN_BEGINNING = /^(?:[\w.~+/-]+=*)?/;

const BEARER = /^bearer +([\w.~+/-]+=*)$/i;

/** The rule of the option `token`. Its message never contains the value. */
export const TOKEN_RULE: Rule = {
  allowed:
    'a string of 16 to 1000 letters, digits, "-", ".", "_", "~", "+" and "/", with "=" at its end, such as the output of ' +
    '"openssl rand -hex 32" (the value is not shown here)',
  isSecret: true,
  accepts: (value) => typeof value === 'string' && hasTokenLength(value) && TOKEN.test(value),
  problem: (value) => {
    if (typeof value !== 'string') return TOKEN_IS_NO_STRING(kindOf(value));
    const [allowed = ''] = TOKEN_BEGINNING.exec(value) ?? [];
    return hasTokenLength(value)
      ? TOKEN_HAS_BAD_CHARACTER(allowed.length + 1, value.length)
      : TOKEN_HAS_BAD_LENGTH(value.length);
  },
};

function hasTokenLength({ length }: string): boolean {
  return length >= 16 && length <= 1000;
}

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
