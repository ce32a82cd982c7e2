import { randomBytes } from 'node:crypto';
import { isMainThread, threadId } from 'node:worker_threads';

/** A process, or a thread of one, in a group. */
export interface MemberName {
  readonly pid: number;
  /** `null` for the main thread. */
  readonly thread: number | null;
  /** Unique, even if the system reuses the pid: `1234.0-9f86d081884c`. */
  readonly text: string;
}

const NAME = /^(\d{1,10})\.(\d{1,10})-[0-9a-f]{12}$/;

/** A new name for this thread. */
export function ownName(): MemberName {
  const thread = isMainThread ? null : threadId;
  return {
    pid: process.pid,
    thread,
    text: `${process.pid}.${thread ?? 0}-${randomBytes(6).toString('hex')}`,
  };
}

/** @returns `undefined` if the text is no name of a member. */
export function parseName(text: string): MemberName | undefined {
  const [, pid, thread] = NAME.exec(text) ?? [];
  if (pid === undefined || thread === undefined) return undefined;
  return { pid: Number(pid), thread: thread === '0' ? null : Number(thread), text };
}
