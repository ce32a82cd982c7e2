import type { Rule } from './rule.js';

/** All rules. A new one is a file in `rules/` and a line here. */
export const RULES: readonly Rule[] = [];
