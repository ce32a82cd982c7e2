import type { Rule } from '../common/options/option-rules.js';

export const DECORATORS_RULE: Rule = {
  allowed: 'an array of class decorators, such as [Public()]',
  accepts: (value) => Array.isArray(value) && value.every((decorator) => typeof decorator === 'function'),
};
