import { readFileSync } from 'node:fs';
import type { AdapterName } from '../support/app.js';

/** The outcome of one step. */
export interface Outcome {
  /** The status of each answer that came back, in order. */
  answers: number[];
  /** What the step adds to `requests`, to `localhost_requests` and to `private_requests`. */
  counts: [requests: number, localhostRequests: number, privateRequests: number];
}

/** A text of which one character is one byte, or a long one with a repeated part. */
export type Bytes = string | { before: string; repeat: string; times: number; after: string };

/** What a client does on one connection of its own, and the outcome. */
export interface Step {
  step: string;
  /** Sent one after another, each when the previous one was answered. */
  sends: Bytes[];
  /** The address that the connection comes from, `null` for a unix socket. Default: 127.0.0.1. */
  peer?: string | null;
  /**
   * How the client ends: `finishes` ends its side of the connection before it reads the answer; the others close the
   * connection at once. Default: it ends its side when it has its answers.
   */
  ends?: 'finishes' | 'leaves' | 'leaves when a handler waits' | 'leaves when answered';
  /** What µtornadomon did. */
  recorded: Outcome;
  /** What this package does, where that differs: on both adapters, or on one. */
  ours?: Partial<Outcome>;
  express?: Partial<Outcome>;
  fastify?: Partial<Outcome>;
  /** Why the counts, or the answers of the endpoint, differ. */
  why?: string;
}

export interface Recording {
  /** When it was recorded, and with what. */
  about: Record<string, string>;
  /** In the order in which they were played, all against one application. */
  sections: { title: string; steps: Step[] }[];
  /** The whole document, read once more after all steps, by the version of Tornado. */
  documents: Record<string, { counters: Record<string, number> }>;
}

/** What the real µtornadomon did under the real Tornado, byte for byte over real sockets. */
export const recording = JSON.parse(
  readFileSync(new URL('./recorded.json', import.meta.url), 'utf8'),
) as Recording;

/** The expected outcome of a step here. */
export function expectedOf(step: Step, adapter: AdapterName): Outcome {
  return { ...step.recorded, ...step.ours, ...step[adapter] };
}

export function bytesOf(bytes: Bytes): string {
  if (typeof bytes === 'string') return bytes;
  return bytes.before + bytes.repeat.repeat(bytes.times) + bytes.after;
}
