import { LoadedPart } from '../common/loaded-part.js';
import type { MonitorHistory } from './monitor-history.js';

/** The history of one application. There is none with `history: false`. */
export class HistoryHandle extends LoadedPart<MonitorHistory> {}
