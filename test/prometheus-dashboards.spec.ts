import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { ClientRequest } from 'node:http';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { builtInMetadata } from '../src/exporters/prometheus/built-in-metadata.js';
import { processFamilies } from '../src/exporters/prometheus/process-families.js';
import { sampleName } from '../src/exporters/prometheus/exposition-family.js';
import { pageOf } from './documentation/pages.js';
import { ROOT } from './package/project.js';
import { RealPrometheus } from './support/real-prometheus.js';
import { startShop } from './support/shop.js';
import { needs } from './support/tools.js';

interface Dashboard {
  templating: { list: { definition?: string }[] };
  panels: { title: string; links?: { url: string }[]; targets: { expr: string }[] }[];
}

interface Rules {
  groups: { rules: { record?: string; alert?: string; expr: string }[] }[];
}

const DIRECTORY = join(ROOT, 'docs/prometheus');
const RULE_FILES = ['recording.yml', 'alerts.yml'].map((file) => join(DIRECTORY, file));
const FILES = ['grafana-fleet.json', 'grafana-process.json'];

const TEXTS = FILES.map((file) => readFileSync(join(DIRECTORY, file), 'utf8'));
const DASHBOARDS = TEXTS.map((text) => JSON.parse(text) as Dashboard);
const PANELS = DASHBOARDS.flatMap(({ panels }) => panels);
const [RECORDED = [], ALERTS = []] = RULE_FILES.map((file) =>
  (parse(readFileSync(file, 'utf8')) as Rules).groups.flatMap(({ rules }) => rules),
);

/** The query with its variables replaced as Grafana does, with everything selected. */
function filledIn(query: string): string {
  return query.replaceAll('$__rate_interval', '1m').replaceAll(/\$(job|instance)/g, '.*');
}

/** The series whose labels are in the menu of a variable. */
function seriesOf(definition: string): string {
  return /^label_values\((.*), \w+\)$/.exec(definition)?.[1] ?? '';
}

const QUERIES = [
  ...PANELS.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, filledIn(expr)] as const)),
  ...DASHBOARDS.flatMap(({ templating }) =>
    templating.list.flatMap(({ definition }) =>
      definition === undefined ? [] : [['variable', filledIn(seriesOf(definition))] as const],
    ),
  ),
  ...RECORDED.map(({ record = '', expr }) => [record, expr] as const),
];

/** Sends the beginning of an order. Destroying the request aborts it. */
function startOrder(shop: string): ClientRequest {
  const headers = { 'Content-Type': 'application/json', 'Content-Length': 100 };
  const order = request(`${shop}/orders`, { method: 'POST', headers });
  order.on('error', () => {});
  order.write('{');
  return order;
}

const PROMETHEUS = needs('prometheus');

describe.skipIf(PROMETHEUS.isMissing)(`with the sample shop in a real Prometheus${PROMETHEUS.reason}`, () => {
  it('every query of the dashboards and of the recording rules has a value, from classic and from native histograms', async () => {
    const shop = await startShop('on');
    const start = (features: string[]) =>
      RealPrometheus.start(new URL(shop).host, '/monitor/prometheus', { features, rules: RULE_FILES });
    const servers = { classic: await start([]), native: await start(['native-histograms']) };
    const hasValue = async (prometheus: RealPrometheus, query: string) =>
      (await prometheus.query(query)).some(
        ({ value }) => value === undefined || Number.isFinite(Number(value[1])),
      );
    // Each needs a value once: on a busy machine, a scrape of the shop may take too long now and then.
    const missing = new Map(
      Object.entries(servers).flatMap(([kind, prometheus]) =>
        QUERIES.map(([title, query]) => [`${kind}, ${title}: ${query}`, { prometheus, query }] as const),
      ),
    );
    const stillMissing = async () => {
      const order = startOrder(shop);
      for (const [name, { prometheus, query }] of missing) {
        if (await hasValue(prometheus, query)) missing.delete(name);
      }
      order.destroy();
      return [...missing.keys()];
    };
    await expect.poll(stillMissing, { timeout: 90_000, interval: 2_000 }).toEqual([]);
    for (const prometheus of Object.values(servers)) {
      expect(await prometheus.ruleErrors()).toEqual([]);
      await expect
        .poll(() => prometheus.target(), { timeout: 60_000 })
        .toMatchObject({ health: 'up', lastError: '' });
    }
    // `job` is the application, not the scheduled job.
    expect(await servers.classic.query('nestjs_job_runs_total{job!="shop"}')).toEqual([]);
    expect(await servers.classic.query('nestjs_job_runs_total{exported_job!=""}')).toEqual([]);
    const durations = 'http_server_request_duration_seconds';
    expect(await servers.native.query(`${durations}_bucket`)).toEqual([]);
    expect(await servers.classic.query(`histogram_count(${durations})`)).toEqual([]);
  });
});

/** The names of metrics and recorded series in a query: words that are no function, keyword or label. */
function namesIn(query: string): string[] {
  const bare = query.replaceAll(/\{[^}]*\}|\[[^\]]*\]|\b(by|on) \([^)]*\)|"[^"]*"/g, ' ');
  return Array.from(bare.matchAll(/[a-z_][\w:]*(?![\w:]|\s*\()/gi), ([name]) => name).filter(
    (name) => !['or', 'and', 'unless', 'by', 'on', 'offset', 'bool', 'h'].includes(name),
  );
}

it('every metric in a query, a rule or an alert is one that the exporter writes, or a rule records', () => {
  const written = [...builtInMetadata(), ...processFamilies()].flatMap(({ name, type }) =>
    type === 'histogram'
      ? ['', '_bucket', '_sum', '_count'].map((end) => name + end)
      : [sampleName(name, type)],
  );
  const lags = ['p50', 'p99', 'max'].map((which) => `nodejs_eventloop_lag_${which}_seconds`);
  const known = new Set(['up', ...lags, ...written, ...RECORDED.map(({ record = '' }) => record)]);
  const all = [...QUERIES, ...ALERTS.map(({ alert = '', expr }) => [alert, expr] as const)];
  const unknown = all.flatMap(([title, query]) =>
    namesIn(query).flatMap((name) => (known.has(name) ? [] : `${title}: ${name}`)),
  );
  expect(unknown).toEqual([]);
});

it('the links of the panels lead to sections of docs/alerts.md', () => {
  const { anchors } = pageOf('docs/alerts.md');
  const links = PANELS.flatMap((panel) => panel.links ?? []).map(({ url }) => url);
  expect(links.length).toBeGreaterThan(15);
  expect(links.filter((url) => !anchors.has(url.replace('${runbooks}#', '')))).toEqual([]);
});

it('the dashboards are those of scripts/grafana-dashboards.mjs', () => {
  const script = join(ROOT, 'scripts/grafana-dashboards.mjs');
  expect(execFileSync(process.execPath, [script, '--print'], { encoding: 'utf8' })).toBe(TEXTS.join(''));
});
