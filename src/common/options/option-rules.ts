/** The rule of one option. */
export interface Rule {
  /** Completes "must be ...". */
  readonly allowed: string;
  readonly accepts: (value: unknown) => boolean;
  /** A secret value appears in no message and in no error. */
  readonly isSecret?: boolean;
  /** A sentence that says what is wrong with a value, for a secret one without a part of it. */
  readonly problem?: (value: unknown) => string;
}

/** Rules by option name. An option may be a group of options. */
export interface Rules {
  readonly [option: string]: Rule | Rules;
}

const DIGITS = /^\d{1,16}$/;

/** The longest delay of a Node timer. A longer one fires after one millisecond, as 0 and NaN do. */
const MAX_DELAY = 2 ** 31 - 1;

export const DELAY = wholeNumber(`a whole number of milliseconds from 1 to ${MAX_DELAY}`, 1, MAX_DELAY);

export const YES_OR_NO: Rule = { allowed: 'true or false', accepts: (value) => typeof value === 'boolean' };

/** A whole number. Environment variables are strings, so a string of digits is accepted too. */
export type WholeNumber = number | string;

export function wholeNumber(allowed: string, min: number, max: number): Rule {
  return {
    allowed,
    accepts: (value) => {
      const number = typeof value === 'string' && DIGITS.test(value) ? Number(value) : value;
      return Number.isInteger(number) && Number(number) >= min && Number(number) <= max;
    },
  };
}

/** @param value what a rule of {@link wholeNumber} accepts. */
export function numberOf(value: WholeNumber | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

/** A string of at most 200 characters; a longer one is a mistake. */
export function isShortText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 200;
}

/** Whether every element passes, and none is missing, as in `['a', , 'b']`. */
export function isArrayOf(value: unknown, isElement: (element: unknown) => boolean): boolean {
  return Array.isArray(value) && [...(value as unknown[])].every(isElement);
}

/** Whether this can be called. A class can only be constructed. */
export function isCallable(value: unknown): boolean {
  return typeof value === 'function' && !/^class\b/.test(Function.prototype.toString.call(value));
}

export function isRule(rule: Rule | Rules): rule is Rule {
  return typeof rule.accepts === 'function';
}
