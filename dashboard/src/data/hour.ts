import type { Columns, PageState } from '../state.js';
import { columnsIn } from '../state.js';

/** The last hour, whatever range the page shows: for the sparklines beside the large numbers. */
export function hourOf(page: PageState): Columns {
  return columnsIn({ ...page, range: '1h', zoom: undefined });
}

/** The last five minutes in steps of one second: for the current numbers. */
export function nowOf(page: PageState): Columns {
  return columnsIn({ ...page, range: '5m', zoom: undefined });
}
