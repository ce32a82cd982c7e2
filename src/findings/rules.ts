import type { Rule } from './rule.js';
import { DESCRIPTORS } from './rules/descriptors.rule.js';
import { EVENT_LOOP_BLOCKED } from './rules/event-loop-blocked.rule.js';
import { FAILING_HANDLER } from './rules/failing-handler.rule.js';
import { FAILING_ROUTE } from './rules/failing-route.rule.js';
import { GC_SHARE } from './rules/gc-share.rule.js';
import { HEAP_LEAK } from './rules/heap-leak.rule.js';
import { HEAP_NEARLY_FULL } from './rules/heap-nearly-full.rule.js';
import { LATE_MACHINE } from './rules/late-machine.rule.js';
import { SATURATED_CORE } from './rules/saturated-core.rule.js';

/** All rules. A new one is a file in `rules/`, a line here, and a section in docs/findings.md. */
export const RULES: readonly Rule[] = [
  EVENT_LOOP_BLOCKED,
  SATURATED_CORE,
  HEAP_NEARLY_FULL,
  HEAP_LEAK,
  GC_SHARE,
  FAILING_ROUTE,
  FAILING_HANDLER,
  DESCRIPTORS,
  LATE_MACHINE,
];
