/**
 * The Grafana dashboards in docs/prometheus/, from the panels below. `npm run docs:dashboards` writes them; a test fails when
 * they differ from this file, and runs every query against Prometheus.
 *
 * Histograms are read as native ones where Prometheus has those, and by their classic buckets where not.
 */
import { writeFileSync } from 'node:fs';
import process, { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

const RUNBOOKS = 'node_modules/nestjs-monitor/docs/alerts.md';
const DATA_SOURCE = { type: 'prometheus', uid: '${datasource}' };
const RATE = '[$__rate_interval]';

const rate = (name, labels) => `rate(${name}{${labels}}${RATE})`;
const sum = (by, of) => (by === '' ? `sum(${of})` : `sum by (${by}) (${of})`);
const quantile = (q, name, by, labels) => {
  const byBucket = by === '' ? 'le' : `${by}, le`;
  return (
    `histogram_quantile(${q}, ${sum(by, rate(name, labels))}) ` +
    `or histogram_quantile(${q}, ${sum(byBucket, rate(`${name}_bucket`, labels))})`
  );
};
/** @param {'count' | 'sum'} part */
const histogram = (part, name, by, labels) =>
  `histogram_${part}(${sum(by, rate(name, labels))}) or ${sum(by, rate(`${name}_${part}`, labels))}`;

const DURATION = 'http_server_request_duration_seconds';
const CLIENT = 'http_client_request_duration_seconds';
const GC = 'nodejs_gc_duration_seconds';
const LOOP_TIME = 'nodejs_eventloop_time_seconds_total';

const JOB = 'job=~"$job"';
const ONE = 'job=~"$job",instance=~"$instance"';

/**
 * The share of the time of the event loops, which rises by 1 s a second for each process behind the target. Without the collector
 * `eventLoop` there is no such series: then it is the sum over the processes.
 */
const gcShares = (labels) => {
  const seconds = histogram('sum', GC, 'kind', labels);
  return `(${seconds}) / on () group_left () sum(${rate(LOOP_TIME, labels)}) or ${seconds}`;
};
const latencies = (labels) => [0.5, 0.9, 0.99].map((q) => [`p${q * 100}`, quantile(q, DURATION, '', labels)]);
const heatMap = (labels) => [
  [
    '{{le}}',
    `sum(increase(${DURATION}{${labels}}${RATE})) or on () sum by (le) (increase(${DURATION}_bucket{${labels}}${RATE}))`,
  ],
];

/** Each panel: title, unit, queries (legend, expression), and the alert whose runbook it links to. */
const FLEET = [
  ['Processes that are scraped', 'none', [['{{job}}', `sum by (job) (up{${JOB}})`]], 'NestMonitorDown'],
  ['Requests', 'reqps', [['{{job}}', `sum by (job) (${rate('http_requests_total', JOB)})`]]],
  [
    'Error budget burn rate, 1 h',
    'none',
    [['{{job}}', `job:http_requests:error_ratio_1h{${JOB}} / (1 - scalar(slo:http_availability:objective))`]],
    'NestHttpErrorBudgetBurn',
  ],
  [
    'Latency budget burn rate, 1 h',
    'none',
    [['{{job}}', `job:http_requests:slow_ratio_1h{${JOB}} / (1 - scalar(slo:http_latency:objective))`]],
    'NestHttpLatencyBudgetBurn',
  ],
  [
    'Failing routes',
    'reqps',
    [
      [
        '{{route}} {{status}}',
        `topk(10, sum by (route, status) (${rate('http_requests_total', `${JOB},status=~"5.."`)}))`,
      ],
    ],
    'NestHttpErrorBudgetBurn',
  ],
  [
    'Slowest routes, p90',
    's',
    [['{{http_route}}', `topk(10, ${quantile(0.9, DURATION, 'http_route', JOB)})`]],
    'NestHttpLatencyBudgetBurn',
  ],
  ['Latency', 's', heatMap(JOB), 'NestHttpLatencyBudgetBurn', 'heatmap'],
  ['Latency quantiles', 's', latencies(JOB), 'NestHttpLatencyBudgetBurn'],
  [
    'Event loop utilization',
    'percentunit',
    [['{{instance}}', `instance:nodejs_eventloop_utilization:ratio_5m{${JOB}}`]],
    'NestEventLoopSaturated',
  ],
  [
    'Blocks of more than 125 ms in 5 minutes',
    'none',
    [['{{instance}}', `instance:nodejs_eventloop_delay_seconds:over_125ms_increase5m{${JOB}}`]],
    'NestEventLoopBlocked',
  ],
  [
    'Heap',
    'percentunit',
    [['{{instance}}', `nodejs_heap_size_used_bytes{${JOB}} / nodejs_heap_size_limit_bytes{${JOB}}`]],
    'NestHeapNearLimit',
  ],
  [
    'Garbage collection',
    'percentunit',
    [['{{instance}}', `instance:nodejs_gc:ratio_5m{${JOB}}`]],
    'NestGarbageCollectionHeavy',
  ],
  ['CPU', 'none', [['{{instance}}', rate('process_cpu_seconds_total', JOB)]]],
  [
    'File descriptors',
    'percentunit',
    [['{{instance}}', `process_open_fds{${JOB}} / process_max_fds{${JOB}}`]],
    'NestFileDescriptorsNearLimit',
  ],
  [
    'Waiting for a connection of a pool',
    'none',
    [['{{pool}}', `sum by (pool) (avg_over_time(pool_waiting{${JOB}}${RATE}))`]],
    'NestPoolExhausted',
  ],
  [
    'Runs of jobs',
    'none',
    [
      [
        '{{job_name}} {{outcome}}',
        `sum by (job_name, outcome) (increase(nestjs_job_runs_total{${JOB}}[1h]))`,
      ],
    ],
    'NestJobFailing',
  ],
  [
    'Restarts in 1 h',
    'none',
    [['{{instance}}', `changes(process_start_time_seconds{${JOB}}[1h])`]],
    'NestProcessRestarting',
  ],
  [
    'Calls of other services that fail',
    'reqps',
    [
      [
        '{{server_address}} {{http_response_status_code}}',
        `topk(10, sum by (server_address, http_response_status_code) (${rate('http_client_requests_total', `${JOB},http_response_status_code!~"[123].."`)}))`,
      ],
    ],
  ],
];

const PROCESS = [
  ['Requests', 'reqps', [['{{route}}', `sum by (route) (${rate('http_requests_total', ONE)})`]]],
  [
    'Errors',
    'reqps',
    [
      [
        '{{route}} {{status}}',
        `sum by (route, status) (${rate('http_requests_total', `${ONE},status=~"5.."`)})`,
      ],
      ['aborted', `sum(${rate('http_requests_aborted_total', ONE)})`],
    ],
    'NestHttpErrorBudgetBurn',
  ],
  ['Latency', 's', heatMap(ONE), 'NestHttpLatencyBudgetBurn', 'heatmap'],
  ['Latency quantiles', 's', latencies(ONE), 'NestHttpLatencyBudgetBurn'],
  ['Requests in flight', 'none', [['', `sum(http_server_active_requests{${ONE}})`]]],
  [
    'Requests by where they come from',
    'reqps',
    [['{{locality}}', `sum by (locality) (${rate('monitor_requests_total', ONE)})`]],
  ],
  [
    'Event loop delay',
    's',
    ['p50', 'p99', 'max'].map((which) => [which, `nodejs_eventloop_lag_${which}_seconds{${ONE}}`]),
    'NestEventLoopBlocked',
  ],
  [
    'Event loop utilization',
    'percentunit',
    [['', `sum(${rate(LOOP_TIME, `${ONE},state="active"`)}) / sum(${rate(LOOP_TIME, ONE)})`]],
    'NestEventLoopSaturated',
  ],
  [
    'Blocks of the event loop in 1 h, by function',
    'none',
    [
      [
        '{{function}} {{file}}',
        `sum by (function, file) (increase(nodejs_eventloop_blocks_total{${ONE}}[1h]))`,
      ],
    ],
    'NestEventLoopBlocked',
  ],
  ['Active resources', 'none', [['{{type}}', `sum by (type) (nodejs_active_resources{${ONE}})`]]],
  ['Garbage collection, time', 'percentunit', [['{{kind}}', gcShares(ONE)]], 'NestGarbageCollectionHeavy'],
  ['Garbage collection, runs', 'ops', [['{{kind}}', histogram('count', GC, 'kind', ONE)]]],
  [
    'Memory',
    'bytes',
    [
      ['resident', `process_resident_memory_bytes{${ONE}}`],
      ['heap, used', `nodejs_heap_size_used_bytes{${ONE}}`],
      ['heap, reserved', `nodejs_heap_size_total_bytes{${ONE}}`],
      ['heap, limit', `nodejs_heap_size_limit_bytes{${ONE}}`],
      ['external', `nodejs_external_memory_bytes{${ONE}}`],
    ],
    'NestHeapNearLimit',
  ],
  ['CPU', 'none', ['user', 'system'].map((mode) => [mode, rate(`process_cpu_${mode}_seconds_total`, ONE)])],
  ['File descriptors', 'none', [['', `process_open_fds{${ONE}}`]], 'NestFileDescriptorsNearLimit'],
  ['Other services, p90', 's', [['{{server_address}}', quantile(0.9, CLIENT, 'server_address', ONE)]]],
  [
    'Pools',
    'none',
    [
      ['{{pool}} {{state}}', `sum by (pool, state) (pool_connections{${ONE}})`],
      ['{{pool}} waiting', `sum by (pool) (pool_waiting{${ONE}})`],
    ],
    'NestPoolExhausted',
  ],
  [
    'Jobs, time since the last success',
    's',
    [['{{job_name}}', `time() - nestjs_job_last_success_timestamp_seconds{${ONE}}`]],
    'NestJobFailing',
  ],
];

function panel([title, unit, queries, alert, type = 'timeseries'], index) {
  return {
    id: index + 1,
    title,
    type,
    datasource: DATA_SOURCE,
    gridPos: { h: 8, w: 12, x: (index % 2) * 12, y: Math.floor(index / 2) * 8 },
    ...(alert && {
      links: [{ title: `Runbook: ${alert}`, url: `\${runbooks}#${alert.toLowerCase()}`, targetBlank: true }],
    }),
    targets: queries.map(([legendFormat, expr], at) => ({
      refId: String.fromCharCode(65 + at),
      expr,
      legendFormat: legendFormat || title,
      ...(type === 'heatmap' && { format: 'heatmap' }),
    })),
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    ...(type === 'heatmap' && { options: { calculate: false, yAxis: { unit } } }),
  };
}

function variable(name, label, query, isMany) {
  const current = isMany ? { text: 'All', value: '$__all' } : {};
  return {
    name,
    label,
    type: 'query',
    datasource: DATA_SOURCE,
    query: { query, refId: name },
    definition: query,
    includeAll: isMany,
    multi: isMany,
    ...(isMany && { allValue: '.*' }),
    current,
    refresh: 2,
    sort: 1,
  };
}

function dashboard(uid, title, variables, panels) {
  const runbooks = { name: 'runbooks', label: 'Runbooks', type: 'textbox', query: RUNBOOKS };
  return {
    uid,
    title,
    tags: ['nestjs-monitor'],
    schemaVersion: 39,
    editable: true,
    time: { from: 'now-1h', to: 'now' },
    refresh: '30s',
    links: [
      {
        title: 'nestjs-monitor',
        type: 'dashboards',
        tags: ['nestjs-monitor'],
        keepTime: true,
        includeVars: true,
      },
    ],
    templating: {
      list: [
        { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', current: {} },
        ...variables,
        { ...runbooks, current: { text: RUNBOOKS, value: RUNBOOKS } },
      ],
    },
    panels: panels.map(panel),
  };
}

/** One line for each panel, so that differences can be read. */
function textOf(content) {
  const { panels, ...rest } = content;
  const lines = panels.map((one) => JSON.stringify(one)).join(',\n');
  return `${JSON.stringify(rest).slice(0, -1)},"panels":[\n${lines}\n]}\n`;
}

const jobs = 'label_values(monitor_ioloop_ticks_total, job)';
const instances = 'label_values(monitor_ioloop_ticks_total{job=~"$job"}, instance)';
const DASHBOARDS = {
  'grafana-fleet.json': dashboard(
    'nestjs-monitor-fleet',
    'Nest applications',
    [variable('job', 'Job', jobs, true)],
    FLEET,
  ),
  'grafana-process.json': dashboard(
    'nestjs-monitor-process',
    'Nest process',
    [variable('job', 'Job', jobs, false), variable('instance', 'Instance', instances, false)],
    PROCESS,
  ),
};

for (const [file, content] of Object.entries(DASHBOARDS)) {
  const text = textOf(content);
  if (argv.includes('--print')) process.stdout.write(text);
  else writeFileSync(fileURLToPath(new URL(`../docs/prometheus/${file}`, import.meta.url)), text);
}
