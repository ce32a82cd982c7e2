import { failuresOf, worstFirst } from '../failures.js';
import type { Rule } from '../rule.js';

const METRIC = 'handler_calls';

export const FAILING_HANDLER: Rule = {
  id: 'failing-handler',
  anchor: 'failing-handler',

  observe(context) {
    const handlers = new Map<string, (typeof context.history.series)[number][]>();
    for (const series of context.history.series) {
      const { handler } = series.labels;
      if (series.name !== METRIC || !series.builtIn || handler === undefined) continue;
      handlers.set(handler, [...(handlers.get(handler) ?? []), series]);
    }
    return worstFirst(
      [...handlers].flatMap(([name, calls]) =>
        failuresOf(context, {
          name,
          calls,
          metric: METRIC,
          what: 'calls of',
          isFailure: ({ labels }) => labels['outcome'] === 'error',
        }),
      ),
    );
  },
};
