/**
 * docs/metrics.md from the definitions of the monitor's metrics. `npm run docs:metrics` writes it; a test fails when the
 * page differs from the definitions.
 */
import { writeFileSync } from 'node:fs';
import process, { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

const TARGET = fileURLToPath(new URL('../docs/metrics.md', import.meta.url));

const INTRODUCTION = `# Metrics

<!-- Written by \`npm run docs:metrics\` from src/metrics/definitions. Do not edit. -->

What the monitor measures by itself, each with its name in the JSON document, in Prometheus and in OpenTelemetry. All values are in seconds
and bytes. A metric of a collector that is switched off is in none of them.

- In the document, counters are in \`counters\`, histograms in \`histograms\`, and gauges in \`gauges\`, with their extremes since the reader
  last read in \`max_gauges\` and \`min_gauges\`. Labels are part of the name, such as \`http_responses{class="2xx"}\`.
- \`null\` in the \`process\` section means that the platform does not provide the value. In a histogram, \`min\`, \`max\` and the quantiles are
  \`null\` when it took no values since the reader last read; \`count\` and \`sum\` are 0 then.
- In Prometheus, counters end with \`_total\`, and a gauge has its extremes since the last scrape beside it as \`_min\` and \`_max\`.
- [HTTP requests](http-requests.md), [handlers](handlers.md) and [the process and its event loop](process-and-event-loop.md) say more.

## Which of the counters of requests?

| question | counter |
| --- | --- |
| How many requests arrive, whatever the outcome? | \`requests\`; µtornadomon's name, WebSocket handshakes and the monitor's own endpoint included |
| How many of them come from this machine, or from the private network? | \`localhost_requests\` and \`private_requests\` (which includes the former); for exporters \`requests_by_locality\` |
| How many requests of a route have ended, with which status? What is the error rate? | \`http_requests\` |
| How many responses are errors, without the routes? | \`http_responses\`: five series, however many routes there are |
| How many clients gave up? | \`http_requests_aborted\`; each of them is in \`http_requests\` as well |
| How many requests are there now? | \`http_requests_in_flight\` |
| How many requests were there, and how long did they take? | the count of \`http_request_duration\` is that of \`http_requests\`, label set by label set; but for streams, which have no duration |
| How many server-sent events and other streams are open? | \`http_open_streams\` |

A request is in \`requests\` as soon as it arrives, and in the others when it has ended.
`;

/** @param definitions the sections of the page: their titles and definitions. */
function metricsPage(sections) {
  return [INTRODUCTION, ...sections.map(section)].join('');
}

function section({ title, text = '', definitions }) {
  const rows = definitions.map((definition) => {
    const { kind, unit, help, labels = {}, whenItRises } = definition;
    const names = [
      `\`${definition.name}\``,
      `${kind}${unit === undefined ? '' : `, ${unit}`}`,
      exportedNames(definition),
      [help, ...Object.entries(labels).map(([label, meaning]) => `\`${label}\`: ${meaning}`)].join('<br>'),
      whenItRises,
    ];
    return `| ${names.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return [
    `\n## ${title}\n`,
    ...(text === '' ? [] : [`${text}\n`]),
    '| JSON | kind, unit | Prometheus; OpenTelemetry | meaning and labels | when it rises |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function exportedNames({ kind, prometheus, openTelemetry, exportedAs, openTelemetryAttributes = {} }) {
  if (exportedAs !== undefined) return `see \`${exportedAs}\``;
  const names = [];
  if (prometheus !== undefined) {
    const labels = Object.entries(prometheus.labels ?? {}).map(([ours, theirs]) => `${ours} → ${theirs}`);
    names.push(`\`${prometheus.name}${kind === 'counter' ? '_total' : ''}\`${inParentheses(labels)}`);
    if (prometheus.statistics)
      names.push(`\`${prometheus.statistics.replace('*', '{min,max,mean,stddev,p50,p90,p99}')}\``);
  }
  if (openTelemetry !== undefined) {
    const { name, unit, attributes = {}, isUpDown } = openTelemetry;
    const renamed = Object.entries(attributes).map(([ours, theirs]) => `${ours} → ${theirs}`);
    const fixed = Object.entries(openTelemetryAttributes).map(
      ([attribute, value]) => `${attribute} = ${value}`,
    );
    names.push(
      `\`${name}\`, ${unit}${isUpDown ? ', up-down counter' : ''}${inParentheses([...renamed, ...fixed])}`,
    );
    if (openTelemetry.statistics)
      names.push(`\`${openTelemetry.statistics.replace('*', '{min,max,mean,stddev,p50,p90,p99}')}\``);
  }
  return names.join('<br>');
}

function inParentheses(items) {
  return items.length === 0 ? '' : ` (${items.join(', ')})`;
}

/** The page, from the definitions in build/. */
async function builtPage() {
  const load = (area) =>
    import(new URL(`../build/metrics/definitions/${area}.definitions.js`, import.meta.url).href);
  const { PROCESS_DEFINITIONS } = await load('process');
  const { EVENT_LOOP_DEFINITIONS } = await load('event-loop');
  const { MEMORY_DEFINITIONS } = await load('memory');
  const { HTTP_DEFINITIONS } = await load('http');
  const { HANDLER_DEFINITIONS } = await load('handlers');
  const { METHOD_DEFINITIONS } = await load('methods');
  const { MONITOR_DEFINITIONS } = await load('monitor');
  const { WATCH_DEFINITIONS } = await load('watch');
  const { JOB_DEFINITIONS } = await load('jobs');
  const { OUTGOING_DEFINITIONS } = await load('outgoing');
  return metricsPage([
    { title: 'HTTP requests', definitions: HTTP_DEFINITIONS },
    { title: 'Handlers of messages and GraphQL', definitions: HANDLER_DEFINITIONS },
    { title: 'Methods with @Timed() and @Counted()', definitions: METHOD_DEFINITIONS },
    { title: 'Outgoing HTTP requests', definitions: OUTGOING_DEFINITIONS },
    { title: 'Scheduled jobs', definitions: JOB_DEFINITIONS },
    { title: 'Queues, pools and other things that are watched', definitions: WATCH_DEFINITIONS },
    {
      title: 'The process',
      text:
        'The `process` section of the document. Prometheus also gets `process_cpu_seconds_total`, `process_start_time_seconds` and ' +
        '`nodejs_version_info{version,major,minor,patch}`.',
      definitions: PROCESS_DEFINITIONS,
    },
    { title: 'The event loop', definitions: EVENT_LOOP_DEFINITIONS },
    { title: 'Memory', definitions: MEMORY_DEFINITIONS },
    {
      title: 'The monitor itself',
      text: 'Each of them appears with its first event.',
      definitions: MONITOR_DEFINITIONS,
    },
  ]);
}

const page = await builtPage();
if (argv.includes('--print')) process.stdout.write(page);
else writeFileSync(TARGET, page);
