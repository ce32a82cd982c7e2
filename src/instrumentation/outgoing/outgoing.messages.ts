import { describeThrown } from '../../common/show-value.js';

export const OUTGOING_FAILED = (thrown: unknown): string =>
  `An outgoing HTTP request was not measured: ${describeThrown(thrown).message}`;
