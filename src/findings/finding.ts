/** Something that is wrong now. */
export interface Finding {
  /** The rule and what it is about, such as `failing-route GET /orders/:id`. It stays the same as long as the finding lasts. */
  readonly id: string;
  /** Such as `event-loop-blocked`. */
  readonly rule: string;
  /** `critical`: users notice it now, or will soon. */
  readonly severity: 'warning' | 'critical';
  /** What is wrong, in one sentence. */
  readonly title: string;
  /** How likely it is that this is a fault, and not something that only looks like one. */
  readonly confidence: 'low' | 'medium' | 'high';
  /** When it was first found, such as `2026-01-31T23:59:59.123Z`. */
  readonly since: string;
  /** The numbers that it is based on. */
  readonly evidence: readonly FindingEvidence[];
  /** What to do. */
  readonly advice: string;
  /** The section of the documentation, as a path from the folder of the application. */
  readonly link: string;
  /** The process that it is about. Only in a group of processes. */
  readonly process?: FindingProcess;
}

/** A process, or a thread of one. */
export interface FindingProcess {
  readonly pid: number;
  /** The `threadId` of a worker thread; `null` for the main thread. */
  readonly thread: number | null;
}

/** One number that a finding is based on. */
export interface FindingEvidence {
  /** The series and the figure, such as `eventloop_delay max`. */
  readonly series: string;
  readonly value: number;
  /** Such as `seconds`; missing for a plain count. */
  readonly unit?: string;
}

/** The body of `GET /monitor/findings`. */
export interface FindingsDocument {
  /** Now, in milliseconds since 1970. */
  readonly time: number;
  /** The most severe first; empty when all is well. */
  readonly findings: readonly Finding[];
}
