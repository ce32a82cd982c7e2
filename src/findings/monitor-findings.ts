import type { Clock } from '../common/clock.js';
import { realClock } from '../common/clock.js';
import { describeThrown } from '../common/show-value.js';
import type { HistoryListener, MonitorHistory } from '../history/monitor-history.js';
import type { DocumentFacts } from '../metrics/collection/snapshot.js';
import type { MetricsSource } from '../metrics/source/metrics-source.js';
import type { Finding } from './finding.js';
import { RULE_FAILED } from './findings.messages.js';
import { GcClock } from './gc-clock.js';
import type { FindingsLog, Found } from './open-findings.js';
import { OpenFindings } from './open-findings.js';
import type { Rule, RuleContext } from './rule.js';
import { RULES } from './rules.js';

/** Steps of 1 s between two evaluations of the rules. */
const INTERVAL = 5;

/** Where the package has its documentation once it is installed. */
const DOCS = 'node_modules/nestjs-monitor/docs/findings.md';

interface FindingsSettings {
  readonly rules?: readonly Rule[];
  /** Whether diagnostics explain blocks of the event loop now: then an empty list of them means that there were none. */
  readonly explainsBlocks?: () => boolean;
  /** Measures how long a finding lasts: the time of day can be set. */
  readonly clock?: Clock;
}

/** Evaluates the rules every five seconds, and keeps the findings until they end. */
export class MonitorFindings {
  private readonly open: OpenFindings;
  private readonly failed = new Set<string>();
  private readonly gcClock = new GcClock();
  private readonly unsubscribe: () => void;
  private readonly rules: readonly Rule[];
  private readonly explainsBlocks: () => boolean;
  private readonly clock: Clock;
  private steps = 0;
  private list: readonly Finding[] = [];
  private changes = 0;

  constructor(
    private readonly history: MonitorHistory,
    private readonly source: MetricsSource,
    private readonly log: FindingsLog,
    { rules = RULES, explainsBlocks = () => false, clock = realClock }: FindingsSettings = {},
  ) {
    this.rules = rules;
    this.clock = clock;
    this.open = new OpenFindings(log, clock);
    this.explainsBlocks = explainsBlocks;
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

  /** Changes whenever {@link findings} does. */
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
    this.gcClock.read(view, this.clock());
    const context = this.contextOf(view.facts(), now);
    const found = new Map(this.rules.flatMap((rule) => this.observed(rule, context)));
    this.open.update(found, now);
    this.publish();
  }

  private contextOf(facts: DocumentFacts, now: number): RuleContext {
    const { process, instance, eventloop_blocks: blocks } = facts;
    return {
      history: this.history.reader,
      now,
      uptime: process.uptime ?? (now - Date.parse(instance.start_time)) / 1000,
      process,
      gcTimes: this.gcClock.all,
      blocks: this.explainsBlocks() ? blocks : undefined,
    };
  }

  private observed(rule: Rule, context: RuleContext): [string, Found][] {
    try {
      return rule.observe(context).map(({ subject, ...observation }, rank) => {
        const id = subject === undefined ? rule.id : `${rule.id} ${subject}`;
        const finding = { id, rule: rule.id, link: `${DOCS}#${rule.anchor}`, ...observation };
        return [id, { finding, rank }];
      });
    } catch (thrown) {
      if (!this.failed.has(rule.id)) this.log.begins(RULE_FAILED(rule.id, describeThrown(thrown).message));
      this.failed.add(rule.id);
      return [];
    }
  }

  private publish(): void {
    const list = this.open.shown.toSorted((a, b) => severityOf(b) - severityOf(a));
    if (JSON.stringify(list) === JSON.stringify(this.list)) return;
    this.list = list;
    this.changes++;
  }
}

function severityOf({ severity }: Finding): number {
  return severity === 'critical' ? 1 : 0;
}
