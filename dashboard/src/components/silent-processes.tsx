import { useRef } from 'preact/hooks';
import type { ProcessActivity } from '../data/endpoint-types.js';
import { processName } from '../data/process-name.js';
import { clockTime } from '../format/time.js';

/** The most processes that are named. */
const NAMED = 3;

interface Props {
  /** Processes of the group that do not answer the others. */
  readonly processes: readonly ProcessActivity[];
}

/** Says since when processes have not answered. Screen readers read it again when it changes, so it has no seconds that pass. */
export function SilentProcesses({ processes }: Props) {
  // When each was first seen to be late: its age is a little different each time.
  const times = useRef(new Map<string, number>());
  const now = Date.now();
  const silent = processes.map((one) => {
    const key = `${processName(one)}/${one.thread ?? ''}`;
    return { one, key, since: times.current.get(key) ?? now - one.age * 1000 };
  });
  times.current = new Map(silent.map(({ key, since }) => [key, since]));
  const first = clockTime(Math.min(...silent.map(({ since }) => since)));
  return (
    <>
      {silent.length > NAMED
        ? `${silent.length} processes have not answered, the first of them since ${first}.`
        : silent
            .map(
              ({ one, since }) => `Process ${processName(one)} has not answered since ${clockTime(since)}.`,
            )
            .join(' ')}{' '}
      {silent.length === 1 ? 'Its' : 'Their'} last known numbers are shown.
    </>
  );
}
