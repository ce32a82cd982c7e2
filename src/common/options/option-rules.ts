/** The rule of one option. */
export interface Rule {
  /** Completes "must be ...". */
  readonly allowed: string;
  readonly accepts: (value: unknown) => boolean;
  /** A secret value appears in no message and in no error. */
  readonly isSecret?: boolean;
}

/** Rules by option name. An option may be a group of options. */
export interface Rules {
  readonly [option: string]: Rule | Rules;
}

/** The longest delay of a Node timer. A longer one fires after one millisecond, as 0 and NaN do. */
const MAX_DELAY = 2 ** 31 - 1;

export const DELAY = wholeNumber(`a whole number of milliseconds from 1 to ${MAX_DELAY}`, 1, MAX_DELAY);

export const YES_OR_NO: Rule = { allowed: 'true or false', accepts: (value) => typeof value === 'boolean' };

export function wholeNumber(allowed: string, min: number, max: number): Rule {
  return {
    allowed,
    accepts: (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
  };
}

/** A string of at most 200 characters; a longer one is a mistake. */
export function isShortText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 200;
}

export function isRule(rule: Rule | Rules): rule is Rule {
  return typeof rule.accepts === 'function';
}
