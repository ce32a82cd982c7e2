import type { Clock } from '../common/clock.js';
import { durationOf } from '../common/failure-log.js';
import type { Finding } from './finding.js';
import { BEGINS, ENDS } from './findings.messages.js';

/** A finding ends after this many evaluations in a row without it, so that it does not flap. */
const EVALUATIONS_UNTIL_END = 6;

/** The most findings of one rule that are shown. A finding begins only if it is among these. */
const MAX_OF_A_RULE = 5;

/** Logs when a finding begins or ends. */
export interface FindingsLog {
  begins(text: string): void;
  ends(text: string): void;
}

/** What a rule has found now. */
export interface Found {
  readonly finding: Omit<Finding, 'since'>;
  /** Its place among those of its rule, from 0 for the worst. */
  readonly rank: number;
}

interface OpenFinding {
  readonly finding: Finding;
  /** Milliseconds of the clock when it began. */
  readonly beganAt: number;
  readonly rank: number;
  /** The number of evaluations in a row that have not found it. */
  missed: number;
}

/** The findings that have begun and are not over. */
export class OpenFindings {
  private readonly open = new Map<string, OpenFinding>();

  constructor(
    private readonly log: FindingsLog,
    private readonly clock: Clock,
  ) {}

  /** The worst findings of each rule, in the order in which they began. One that was not found now is less bad than those that were. */
  get shown(): Finding[] {
    const open = [...this.open.values()];
    const counts = new Map<string, number>();
    const worst = open
      .toSorted((a, b) => a.missed - b.missed || a.rank - b.rank)
      .filter(({ finding: { rule } }) => {
        const count = (counts.get(rule) ?? 0) + 1;
        counts.set(rule, count);
        return count <= MAX_OF_A_RULE;
      });
    const shown = new Set(worst);
    return open.filter((one) => shown.has(one)).map(({ finding }) => finding);
  }

  /**
   * Takes over what one evaluation has found, by id.
   *
   * @param now milliseconds since 1970.
   */
  update(found: ReadonlyMap<string, Found>, now: number): void {
    for (const [id, one] of found) this.keep(id, one, now);
    for (const [id, known] of this.open) {
      if (found.has(id) || ++known.missed < EVALUATIONS_UNTIL_END) continue;
      this.open.delete(id);
      this.log.ends(ENDS(known.finding, durationOf(this.clock() - known.beganAt)));
    }
  }

  /** A finding that has begun continues as long as it is found, whatever its rank. */
  private keep(id: string, { finding: found, rank }: Found, now: number): void {
    const known = this.open.get(id);
    if (known === undefined && rank >= MAX_OF_A_RULE) return;
    const since = known?.finding.since ?? new Date(now).toISOString();
    const finding = { ...found, since };
    this.open.set(id, { finding, beganAt: known?.beganAt ?? this.clock(), rank, missed: 0 });
    if (known === undefined) this.log.begins(BEGINS(finding));
  }
}
