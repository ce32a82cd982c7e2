import { LoadedPart } from '../common/loaded-part.js';
import type { MonitorFindings } from './monitor-findings.js';

/** The findings of one application. There are none with `history: false`. */
export class FindingsHandle extends LoadedPart<MonitorFindings> {}
