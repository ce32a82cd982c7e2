import { badOption } from '../../common/options/check-options.js';
import type { Rules, WholeNumber } from '../../common/options/option-rules.js';
import { numberOf, wholeNumber } from '../../common/options/option-rules.js';

/** Where repeated profiles are kept. */
export interface CapturesOptions {
  /**
   * A directory that is used only for captures. It is created with the mode 0700 if it is missing. A directory that
   * belongs to another user, or to which others have access, is refused: profiles contain paths and names of functions.
   */
  directory: string;
  /** Limit for all captures together, in bytes. The oldest ones are removed. Default: 100 000 000. */
  maxBytes?: WholeNumber | undefined;
  /** Milliseconds that a capture is kept. Default: 604 800 000, which is a week. */
  maxAge?: WholeNumber | undefined;
}

export interface ResolvedCapturesOptions {
  readonly directory: string;
  readonly maxBytes: number;
  readonly maxAge: number;
}

export const CAPTURES_RULES: Rules = {
  directory: {
    allowed: 'a path',
    accepts: (value) => typeof value === 'string' && value !== '' && !value.includes('\0'),
  },
  maxBytes: wholeNumber('a whole number of bytes from 1 000 000', 1_000_000, Number.MAX_SAFE_INTEGER),
  maxAge: wholeNumber('a whole number of milliseconds from 1000', 1000, Number.MAX_SAFE_INTEGER),
};

export function resolveCapturesOptions(
  options: CapturesOptions | undefined,
): ResolvedCapturesOptions | undefined {
  if (options === undefined) return undefined;
  if (options.directory === undefined) throw badOption('captures.directory', undefined, 'a path');
  return Object.freeze({
    directory: options.directory,
    maxBytes: numberOf(options.maxBytes) ?? 100_000_000,
    maxAge: numberOf(options.maxAge) ?? 7 * 24 * 3600 * 1000,
  });
}
