import { describeThrown } from '../common/show-value.js';

type Part = 'profiles' | 'report' | 'heapSnapshot';

export const SWITCHED_OFF = (part: Part): string =>
  `Switched off. The option diagnostics: { ${part}: true } switches it on.`;

export const THREADS_ARE_BUSY = (ids: readonly number[]): string =>
  `${ids.length === 1 ? 'Worker thread' : 'Worker threads'} ${ids.join(', ')} did not answer within 200 ms: most likely, native code is running there, ` +
  'such as execSync(). A report would block the event loop until it has ended. Try again later.';

export const INSPECTOR_UNAVAILABLE = (message: string): string =>
  `V8's inspector, which takes profiles, cannot be used: ${message}`;

export const NO_CAPTURES =
  "There is nowhere to keep repeated profiles. The option captures: { directory: '/var/lib/shop/captures' } sets a directory.";

export const BAD_SECONDS = (max: number): string => `seconds must be a number from 0.1 to ${max}`;

export const BAD_CAPTURES_DIRECTORY = (thrown: unknown): string =>
  `a directory that only the user of the process can read, or that can be made (${describeThrown(thrown).message})`;

export const REPEATED_PROFILE_FAILED = (kind: string, thrown: unknown): string =>
  `The repeated ${kind} profile ended: ${describeThrown(thrown).message}`;

export const STOPPED = 'It was stopped.';
