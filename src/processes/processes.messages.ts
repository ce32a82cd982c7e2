import type { FailureTexts } from '../common/failure-log.js';
import { times } from '../common/failure-log.js';
import type { MemberName } from './group/member-name.js';

export const NOT_A_DIRECTORY = (path: string): string => `${path} is not a directory`;

export const DIRECTORY_OF_ANOTHER = (path: string, user: number): string =>
  `${path} belongs to another user (${user})`;

export const DIRECTORY_IS_SHARED = (path: string, mode: number): string =>
  `${path} is open to other users (mode 0${mode.toString(8)}; it must be 0700)`;

export const CANNOT_JOIN = (directory: string, reason: string): string =>
  `The numbers of the processes are not merged, each answers for itself: ${reason}. The processes of a group meet in ` +
  `${directory}; set another one with "processes: { group, directory }", or "processes: false".`;

export const SAVING_TEXTS: FailureTexts = {
  failed: (reason) =>
    `The totals of this process cannot be saved for the others of its group: ${reason}. Until they can, it answers for itself, ` +
    'and the others with what they last got from it.',
  failedAgain: (count, duration, reason) =>
    `The totals of this process could not be saved ${times(count)} in ${duration}. The last reason: ${reason}.`,
  worksAgain: (count, duration) =>
    `The totals of this process are saved again. That had failed ${times(count)} in ${duration}.`,
};

export const NO_HANDLER = (method: string): string => `This process does not answer "${method}".`;

/** A process, or a thread of one, for a reader: without the unique part of its name. */
type NamedMember = Pick<MemberName, 'pid' | 'thread'>;

const named = ({ pid, thread }: NamedMember): string =>
  thread === null ? `Process ${pid}` : `Thread ${thread} of process ${pid}`;

export const PEER_LEFT_OUT = (member: NamedMember, reason: string): string =>
  `${named(member)} is left out of the merged numbers: it sent ${reason}.`;

export const PEER_VERSION = (version: unknown): string =>
  `the version ${typeof version === 'number' ? version : '?'} of the format, and not the one of this nestjs-monitor`;

export const PEER_WAS_KILLED = (member: NamedMember, seconds: number): string =>
  `${named(member)} ended without closing its application. Its totals stay part of the merged numbers; what it counted after ` +
  `they were last saved, at most its last ${seconds} seconds, is missing.`;
