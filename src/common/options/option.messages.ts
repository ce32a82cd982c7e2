import { show, kindOf } from '../show-value.js';

export const BAD_OPTION = (option: string, value: unknown, allowed: string, problem?: string): string =>
  `MonitorModule: the option "${option}" is ${show(value)}, but must be ${allowed}.` +
  (problem === undefined ? '' : ` ${problem}`);

export const UNKNOWN_OPTION = (
  option: string,
  value: unknown,
  meant: string | undefined,
  known: readonly string[],
): string =>
  `MonitorModule: there is no option "${option}" (it was given as ${show(value)}).` +
  `${meant === undefined ? '' : ` Did you mean "${meant}"?`} Allowed are ${known.join(', ')}.`;

export const BAD_OPTIONS = (value: unknown): string =>
  `MonitorModule: the options are ${kindOf(value)}, but must be an object.`;
