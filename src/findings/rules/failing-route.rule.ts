import { failuresOf, worstFirst } from '../failures.js';
import type { Rule } from '../rule.js';

const METRIC = 'http_requests';

export const FAILING_ROUTE: Rule = {
  id: 'failing-route',
  anchor: 'failing-route',

  observe(context) {
    const routes = new Map<string, (typeof context.history.series)[number][]>();
    for (const series of context.history.series) {
      const { method, route } = series.labels;
      if (series.name !== METRIC || !series.builtIn || method === undefined || route === undefined) continue;
      const name = `${method} ${route}`;
      routes.set(name, [...(routes.get(name) ?? []), series]);
    }
    return worstFirst(
      [...routes].flatMap(([name, calls]) =>
        failuresOf(context, {
          name,
          calls,
          metric: METRIC,
          what: 'requests to',
          isFailure: ({ labels }) => /^5\d\d$/.test(labels['status'] ?? ''),
        }),
      ),
    );
  },
};
