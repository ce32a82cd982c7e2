import type { Rules } from '../../common/options/option-rules.js';
import { YES_OR_NO } from '../../common/options/option-rules.js';

export interface DashboardOptions {
  /**
   * The live page at `GET /monitor/dashboard`, to which a browser that opens `/monitor` is redirected. `false` leaves
   * it out: a browser gets the JSON then. Default: `true`, but `false` with `history: false`, since the page shows the history;
   * `true` is refused there.
   */
  dashboard?: boolean | undefined;
}

export interface ResolvedDashboardOptions {
  readonly dashboard: boolean;
}

export const DASHBOARD_RULES: Rules = { dashboard: YES_OR_NO };

export function resolveDashboardOptions(
  { dashboard }: DashboardOptions,
  hasHistory: boolean,
): ResolvedDashboardOptions {
  return { dashboard: dashboard ?? hasHistory };
}
