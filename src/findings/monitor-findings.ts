import { describeThrown } from '../common/show-value.js';
import { durationOf } from '../common/failure-log.js';
import type { HistoryListener, MonitorHistory } from '../history/monitor-history.js';
import type { DocumentFacts } from '../metrics/collection/snapshot.js';
import type { MetricsSource } from '../metrics/source/metrics-source.js';
import type { Finding } from './finding.js';
import { BEGINS, ENDS, RULE_FAILED } from './findings.messages.js';
import { GcClock } from './gc-clock.js';
import type { LoopBlock, Rule, RuleContext } from './rule.js';
import { RULES } from './rules.js';

/** Steps of 1 s between two evaluations of the rules. */
const INTERVAL = 5;

/** A finding ends after this many evaluations in a row without it, so that it does not flap. */
const EVALUATIONS_UNTIL_END = 6;

/** The most findings of one rule; the worst are shown. */
const MAX_OF_A_RULE = 5;

/** Where the package has its documentation once it is installed. */
const DOCS = 'node_modules/nestjs-monitor/docs/findings.md';

/** Where it is logged that a finding begins or ends. */
export interface FindingsLog {
  begins(text: string): void;
  ends(text: string): void;
}

interface OpenFinding {
  finding: Finding;
  readonly since: number;
  missed: number;
}

/** Evaluates the rules every five seconds, and keeps the findings until they end. */
export class MonitorFindings {
  private readonly open = new Map<string, OpenFinding>();
  private readonly failed = new Set<string>();
  private readonly gcClock = new GcClock();
  private readonly unsubscribe: () => void;
  private steps = 0;
  private list: readonly Finding[] = [];
  private changes = 0;

  constructor(
    private readonly history: MonitorHistory,
    private readonly source: MetricsSource,
    private readonly log: FindingsLog,
    private readonly rules: readonly Rule[] = RULES,
  ) {
    const listener: HistoryListener = {
      onSteps: () => {
        if (this.steps++ % INTERVAL === 0) this.evaluate();
      },
      onReset: () => {},
    };
    this.unsubscribe = history.subscribe(listener);
  }

  /** What is wrong, the most severe first. */
  get findings(): readonly Finding[] {
    return this.list;
  }

  /** Changes with {@link findings}. */
  get version(): number {
    return this.changes;
  }

  stop(): void {
    this.unsubscribe();
  }

  /** Evaluates all rules now. */
  evaluate(): void {
    const view = this.source.latest();
    const now = Date.now();
    this.gcClock.read(view, performance.now());
    const context = contextOf(this.history, view.facts(), this.gcClock, now);
    const found = new Map(this.rules.flatMap((rule) => this.observed(rule, context)));
    for (const [id, finding] of found) this.update(id, finding, now);
    for (const [id, known] of this.open) {
      if (found.has(id) || ++known.missed < EVALUATIONS_UNTIL_END) continue;
      this.open.delete(id);
      this.log.ends(ENDS(known.finding, durationOf(now - known.since)));
    }
    this.publish();
  }

  private observed(rule: Rule, context: RuleContext): [string, Omit<Finding, 'since'>][] {
    try {
      return rule
        .observe(context)
        .slice(0, MAX_OF_A_RULE)
        .map(({ subject, ...observation }) => {
          const id = subject === undefined ? rule.id : `${rule.id} ${subject}`;
          return [id, { id, rule: rule.id, link: `${DOCS}#${rule.anchor}`, ...observation }];
        });
    } catch (thrown) {
      if (!this.failed.has(rule.id)) this.log.begins(RULE_FAILED(rule.id, describeThrown(thrown).message));
      this.failed.add(rule.id);
      return [];
    }
  }

  private update(id: string, found: Omit<Finding, 'since'>, now: number): void {
    const known = this.open.get(id);
    const since = known?.since ?? now;
    const finding = { ...found, since: new Date(since).toISOString() };
    this.open.set(id, { finding, since, missed: 0 });
    if (known === undefined) this.log.begins(BEGINS(finding));
  }

  private publish(): void {
    const all = [...this.open.values()].map(({ finding }) => finding);
    const list = all.toSorted((a, b) => severityOf(b) - severityOf(a));
    if (JSON.stringify(list) === JSON.stringify(this.list)) return;
    this.list = list;
    this.changes++;
  }
}

function severityOf({ severity }: Finding): number {
  return severity === 'critical' ? 1 : 0;
}

function contextOf(
  history: MonitorHistory,
  facts: DocumentFacts & { readonly eventloop_blocks?: readonly LoopBlock[] },
  gcClock: GcClock,
  now: number,
): RuleContext {
  const { process, instance, eventloop_blocks: blocks } = facts;
  return {
    history: history.reader,
    now,
    uptime: process.uptime ?? (now - Date.parse(instance.start_time)) / 1000,
    process,
    gcTimes: gcClock.all,
    // Without diagnostics, the list is there and empty: then nothing is known of blocks.
    blocks: blocks === undefined || blocks.length === 0 ? undefined : blocks,
  };
}
