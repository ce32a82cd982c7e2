import type { Browser, Page } from 'playwright-core';
import type { Finding } from '../../src/findings/finding.js';
import type {
  Figure,
  HistoryDocument,
  HistorySeries,
  ProcessActivity,
  Step,
  StepEvent,
} from '../../src/history/history-document.js';
import type { EventLoopBlock } from '../../src/metrics/collection/event-loop-block.js';
import type { TestApp } from '../support/app.js';
import { DashboardPage } from './chromium.js';

export type Columns = Partial<Record<Figure, readonly (number | null)[]>>;

const BUILT_IN = /^(?:gc|http|eventloop|process)[_.]/;

/** A series by its canonical name. */
export function seriesOf(key: string, columns: Columns): HistorySeries {
  const [name = ''] = key.split('{');
  const labels = Object.fromEntries(
    [...key.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, value]) => [label, value]),
  ) as Record<string, string>;
  const isHistogram = columns.count !== undefined || columns.p50 !== undefined;
  const kind = columns.rate !== undefined ? 'counter' : isHistogram ? 'histogram' : 'gauge';
  return { key, name, kind, labels, unit: null, help: '', builtIn: BUILT_IN.test(name) };
}

/** When all processes have started: one with another time is another process. */
const STARTED = new Date(Date.now() - 3_600_000).toISOString();

/** A history of these series in steps of one length, the last of which ends now. */
export function historyOf(
  step: Step,
  seconds: readonly (number | null)[],
  columns: Record<string, Columns>,
): HistoryDocument {
  const time = Date.now();
  const shown = {
    step,
    times: seconds.map((_, at) => time - (seconds.length - 1 - at) * step * 1000),
    seconds,
    columns: Object.values(columns).flatMap((figures, series) =>
      Object.entries(figures).map(([figure, values]) => ({ series, figure: figure as Figure, values })),
    ),
  };
  return {
    time,
    sequence: 1000,
    instance: {
      pid: 11,
      hostname: 'shop',
      start_time: STARTED,
      node_version: 'v22.0.0',
      worker_id: null,
    },
    dropped_series: 0,
    series: Object.entries(columns).map(([key, figures]) => seriesOf(key, figures)),
    latest: Object.values(columns).map(({ value }) => value?.at(-1) ?? null),
    tiers: [shown, { step: step === 1 ? 10 : 1, times: [], seconds: [], columns: [] }],
  };
}

/** A short history of one process. */
export const shortHistory = () => historyOf(1, [1], { orders: { rate: [1] } });

/** The history of a group, or of one process of it. */
export function groupHistory(query: URLSearchParams, processes: readonly ProcessActivity[]): HistoryDocument {
  const history = shortHistory();
  const pid = query.get('process');
  return pid === null
    ? { ...history, processes }
    : { ...history, instance: { ...history.instance, pid: Number(pid) } };
}

/** A process of a group that is well. */
export function activityOf(pid: number, of: Partial<ProcessActivity> = {}): ProcessActivity {
  return {
    pid,
    thread: null,
    state: 'ok',
    age: 0.2,
    start_time: STARTED,
    cpu: 1,
    memory: 1e8,
    loop: 0.1,
    requests: 1,
    errors: 0,
    delay: 0.01,
    ...of,
  };
}

export function findingOf(id: string, of: Partial<Finding> = {}): Finding {
  const link = 'https://example.org';
  const since = new Date().toISOString();
  return {
    id,
    rule: id,
    severity: 'critical',
    title: `The finding ${id}`,
    confidence: 'high',
    since,
    evidence: [],
    advice: '',
    link,
    ...of,
  };
}

/** What the endpoints answer instead of the application. Each is evaluated for each request. */
export interface Answers {
  readonly history: (query: URLSearchParams) => HistoryDocument | number | Promise<HistoryDocument>;
  readonly findings?: (query: URLSearchParams) => readonly Finding[] | Promise<readonly Finding[]>;
  readonly blocks?: () => readonly EventLoopBlock[];
  /** Diagnostics that are on, separated by spaces, and `processes` for a group. */
  readonly features?: string;
  /** Name of the application. */
  readonly service?: string;
}

/** Streams of events that the test sends itself, in place of those of the browser. */
const STREAMS = `
  globalThis.streams = [];
  globalThis.EventSource = class extends EventTarget {
    static CLOSED = 2;
    readyState = 1;
    constructor(url) {
      super();
      this.url = url;
      streams.push(this);
      setTimeout(() => this.dispatchEvent(new Event('open')));
    }
    close() {
      this.readyState = 2;
    }
  };
`;

/**
 * The page of an application whose answers are those of the test.
 *
 * @param prepare stops the clock of the page by default: it would read the history again after some seconds without a step.
 */
export async function openStubbed(
  browser: Browser,
  { url }: TestApp,
  { history, findings = () => [], blocks = () => [], features, service }: Answers,
  options: Parameters<Browser['newPage']>[0] = {},
  prepare: (page: Page) => Promise<unknown> = (page) => page.clock.setFixedTime(Date.now()),
): Promise<DashboardPage> {
  return DashboardPage.open(browser, `${url}/monitor/dashboard`, options, async (page) => {
    await page.addInitScript(STREAMS);
    await page.route('**/monitor/dashboard', async (route) => {
      let body = await (await route.fetch()).text();
      for (const [name, content] of Object.entries({ features, service })) {
        if (content === undefined) continue;
        body = body.replace(new RegExp(`(name="monitor-${name}" content=")[^"]*`), `$1${content}`);
      }
      await route.fulfill({ contentType: 'text/html', body });
    });
    await page.route('**/monitor/history*', async (route) => {
      const answer = await history(new URL(route.request().url()).searchParams);
      await route.fulfill(typeof answer === 'number' ? { status: answer, body: '' } : { json: answer });
    });
    await page.route('**/monitor/findings*', async (route) =>
      route.fulfill({
        json: { time: 0, findings: await findings(new URL(route.request().url()).searchParams) },
      }),
    );
    await page.route('**/monitor?format=json*', (route) =>
      route.fulfill({ json: { eventloop_blocks: blocks() } }),
    );
    await prepare(page);
  });
}

/** Sends an event to the page of {@link openStubbed}. */
export async function emit({ page }: DashboardPage, name: string, data: unknown): Promise<void> {
  const text = JSON.stringify(JSON.stringify(data));
  await page.evaluate(`streams.at(-1).dispatchEvent(new MessageEvent('${name}', { data: ${text} }))`);
}

/** A step of one second, which follows those of {@link historyOf}. */
export function stepOf(sequence: number, time: number, values: StepEvent['values']): StepEvent {
  return { step: 1, sequence, time, seconds: 1, values };
}

/** Runs until the page has drawn what it has received. */
export async function drawn({ page }: DashboardPage): Promise<void> {
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))');
}

/** What a test holds back until it lets it go. */
export class Gate {
  open: () => void = () => {};
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
}
