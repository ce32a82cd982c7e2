/** What the monitor uses of `/proc/self/stat`. */
export interface ProcStat {
  numThreads: number;
  vsizeBytes: number;
  /** Resident size, in pages of memory. */
  residentPages: number;
  /** Seconds between the boot of the machine and the start of the process. */
  startedAfterBoot: number;
}

/** `USER_HZ`, the unit of times in /proc: 100 on every architecture that Node runs on, see proc(5). */
const TICKS_PER_SECOND = 100;

/**
 * Parses a line of `/proc/[pid]/stat`, see proc(5).
 *
 * @returns `null` if it is not such a line.
 */
export function parseProcStat(line: string): ProcStat | null {
  // The second field is the name of the command in parentheses, and may contain spaces and parentheses. So the fields are
  // counted from the third one, after the last parenthesis.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const field = (index: number) => Number(fields[index]);
  const stat: ProcStat = {
    numThreads: field(17),
    startedAfterBoot: field(19) / TICKS_PER_SECOND,
    vsizeBytes: field(20),
    residentPages: field(21),
  };
  return Object.values(stat).every(Number.isFinite) ? stat : null;
}
