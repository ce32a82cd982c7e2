import { show } from '../../common/show-value.js';

/** For a parameter of a request. */
export const BAD_PARAMETER = (name: string, allowed: string): string => `${name} must be ${allowed}\n`;

export const UNKNOWN_PARAMETER = (name: string, known: readonly string[]): string =>
  `There is no parameter ${show(name)}. Allowed are ${known.join(', ')}.\n`;

export const REPEATING = (pause: number): string =>
  `Taken again and again, ${pause} s apart, until DELETE of the same path. GET captures has the list.\n`;

export const STOPPED_REPEATING = 'Stopped.\n';

export const NOT_REPEATING = 'Nothing is taken again and again.\n';

export const NO_SUCH_CAPTURE = 'There is no such capture.\n';
