import { show } from '../../common/show-value.js';

export const NOT_A_METHOD = (decorator: string, key: unknown): string =>
  `${decorator} is for classes, and for methods that are not static: it cannot be applied to ` +
  `${key === undefined ? 'this' : show(key)}. It needs the compiler option "experimentalDecorators", as Nest does.`;

export const BAD_METHOD_LABELS = (decorator: string, method: string, given: unknown): string =>
  `The function "labels" of ${decorator} on ${method} threw or returned ${show(given)}, which are no labels. The call is ` +
  'recorded without them.';
