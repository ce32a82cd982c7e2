import { describeThrown } from '../common/show-value.js';

type Part = 'profiles' | 'report' | 'heapSnapshot';

export const SWITCHED_OFF = (part: Part): string =>
  `Switched off. The option diagnostics: { ${part}: true } switches it on.`;

export const NO_CAPTURES = 'The option "captures" says where to keep captures, and is not set.';

export const BAD_SECONDS = (max: number): string => `seconds must be a number from 0.1 to ${max}`;

export const BAD_CAPTURES_DIRECTORY = (thrown: unknown): string =>
  `a directory that only the user of the process can read, or that can be made (${describeThrown(thrown).message})`;

export const REPEATED_PROFILE_FAILED = (kind: string, thrown: unknown): string =>
  `The repeated ${kind} profile ended: ${describeThrown(thrown).message}`;

export const STOPPED = 'It was stopped.';
