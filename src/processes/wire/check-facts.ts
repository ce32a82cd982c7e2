import type { DocumentFacts } from '../../metrics/collection/snapshot.js';
import { WireError } from './lines.js';

type Check = (value: unknown) => boolean;

const numberOrNull: Check = (value) => value === null || Number.isFinite(value);
const textOrNull: Check = (value) => value === null || typeof value === 'string';
const text: Check = (value) => typeof value === 'string';
const number: Check = (value) => Number.isFinite(value);

const SHAPE = {
  process: shape({
    uptime: numberOrNull,
    num_fds: numberOrNull,
    max_fds: numberOrNull,
    meminfo: shape({ rss_bytes: numberOrNull, vsz_bytes: numberOrNull }),
    cpu: shape({
      user_time: numberOrNull,
      system_time: numberOrNull,
      percent: numberOrNull,
      num_threads: numberOrNull,
    }),
  }),
  instance: shape({
    pid: (value) => Number.isSafeInteger(value),
    hostname: textOrNull,
    start_time: text,
    node_version: text,
    worker_id: numberOrNull,
  }),
  eventloop_blocks: list(
    shape({
      time: text,
      duration: number,
      elapsed: number,
      cause: text,
      function: textOrNull,
      file: textOrNull,
      line: numberOrNull,
      confidence: number,
      frames: list(shape({ function: text, file: text, line: number })),
      in_flight: list(shape({ kind: text, name: text, count: number })),
    }),
  ),
};

/**
 * Checks the facts of another process.
 *
 * @throws WireError for anything else.
 */
export function checkFacts(facts: unknown): DocumentFacts {
  if (!shape(SHAPE)(facts)) throw new WireError('not the facts of a process');
  const { process, instance, eventloop_blocks } = facts as DocumentFacts;
  return { process, instance, eventloop_blocks };
}

function shape(checks: Readonly<Record<string, Check>>): Check {
  return (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(checks).every(([key, check]) => check((value as Record<string, unknown>)[key]));
}

function list(check: Check): Check {
  return (value) => Array.isArray(value) && value.every((item) => check(item));
}
