import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { MetricsSnapshot } from '../../src/index.js';
import { makeTemporaryDirectory, pack, removeDirectory, ROOT } from '../package/project.js';
import { startAgent } from '../support/dogstatsd.js';
import { freePort } from '../support/free-port.js';
import { startCollector } from '../support/otlp.js';
import { needs } from '../support/tools.js';
import { PAGES, pageOf } from './pages.js';
import { scriptOf, Steps, whyNotRunAlone } from './steps.js';

const DIRECTORY = makeTemporaryDirectory();
const MINUTES = 60_000;

/** The first line of each page that starts with an empty application. */
const NEW_APPLICATION = 'npx @nestjs/cli new shop --package-manager npm && cd shop';

/** Pages whose steps run here. */
const RUN = [
  'docs/http-requests.md',
  'docs/opentelemetry.md',
  'docs/prom-client.md',
  'docs/prometheus.md',
  'docs/statsd.md',
  'sample-app/README.md',
];

let tarball: string;

afterAll(() => removeDirectory(DIRECTORY), 5 * MINUTES);

it('every shell block of the documentation is executed, or needs what the tests do not have', () => {
  const neither = PAGES.flatMap(({ path, blocks }) =>
    blocks
      .filter(
        (block) => block.language === 'sh' && !RUN.includes(path) && whyNotRunAlone(block) === undefined,
      )
      .map(({ line }) => `${path}:${line}`),
  );
  expect(neither).toEqual([]);
});

const [CURL, JQ, PROMETHEUS] = [needs('curl'), needs('jq'), needs('prometheus')];

describe.skipIf(CURL.isMissing)(
  `In a new application, the steps as printed${CURL.reason}`,
  { timeout: 15 * MINUTES },
  () => {
    beforeAll(async () => {
      tarball = (await pack(DIRECTORY)).path;
      await run(`${NEW_APPLICATION} || exit 1`, DIRECTORY);
    }, 15 * MINUTES);

    it.skipIf(PROMETHEUS.isMissing)(
      `of prometheus.md lead to a Prometheus that scrapes it${PROMETHEUS.reason}`,
      async () => {
        const prometheus = `127.0.0.1:${await freePort()}`;
        const script = scriptOf(pageOf('docs/prometheus.md')).replace(
          '--config.file',
          `--web.listen-address=${prometheus} --config.file`,
        );
        expect(await runPage(script)).toMatch(/^process_cpu_user_seconds_total \d/m);
        const query = encodeURIComponent('sum(monitor_requests_total{job="shop"})');
        await expect
          .poll(() => resultsOf(`http://${prometheus}/api/v1/query?query=${query}`), POLL)
          .toEqual([expect.anything()]);
      },
    );

    it('of prom-client.md show both kinds of metrics at /metrics', async () => {
      const output = await runPage(scriptOf(pageOf('docs/prom-client.md')));
      expect(output).toMatch(/^hellos_total 0$/m);
      expect(output).toMatch(/^monitor_requests_total\{.*\} \d/m);
    });

    it('of opentelemetry.md export a request to a collector, and its route', async () => {
      const collector = await startCollector();
      await runPage(scriptOf(pageOf('docs/opentelemetry.md')), {
        OTEL_EXPORTER_OTLP_ENDPOINT: new URL(collector.url).origin,
      });
      const durations = () =>
        collector.requests.at(-1)?.metric('http.server.request.duration')?.points[0]?.attributes;
      await expect
        .poll(durations, POLL)
        .toMatchObject({ 'http.route': '/', 'http.response.status_code': 200 });
    });

    it('of statsd.md publish to an agent', async () => {
      const agent = await startAgent();
      const host = "host: '127.0.0.1'";
      const script = scriptOf(pageOf('docs/statsd.md'));
      expect(script).toContain(host);
      await runPage(script.replace(host, `${host}, port: ${agent.port}`));
      await expect.poll(() => agent.totals()['shop.callbacks'], POLL).toBeGreaterThan(0);
    });
  },
);

describe.skipIf(CURL.isMissing)(
  `With the sample application, the steps as printed${CURL.reason}`,
  { timeout: 5 * MINUTES },
  () => {
    it('of its README count what they say', async () => {
      const output = await runBesideShop('sample-app/README.md');
      const { counters } = JSON.parse(output.slice(output.lastIndexOf('{"process"'))) as MetricsSnapshot;
      expect(counters).toMatchObject({
        orders: 1,
        failed_refunds: 1,
        'http_requests{method="GET",route="/products/:id",status="404"}': 1,
      });
    });

    it.skipIf(JQ.isMissing)(`of http-requests.md show its metrics${JQ.reason}`, async () => {
      expect(await runBesideShop('docs/http-requests.md')).toContain('"http_requests_in_flight": 0');
    });
  },
);

const POLL = { timeout: 2 * MINUTES, interval: 200 };
let directories = 0;

async function run(script: string, directory: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const steps = new Steps(script, directory, env);
  try {
    return await steps.finished();
  } catch (error) {
    await steps.stop();
    throw error;
  } finally {
    // Nothing may be left running before the tests.
    if (directory === DIRECTORY) await steps.stop();
    else onTestFinished(() => steps.stop());
  }
}

/**
 * Runs the steps of a page in a copy of the new application, with four differences from what is printed: the package comes
 * from the tarball, the application has a free port, `nest new` is not called again, and curl waits longer, for a busy machine.
 */
async function runPage(script: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const port = String(await freePort());
  const directory = join(DIRECTORY, `page-${++directories}`);
  mkdirSync(directory);
  expect(script).toContain(NEW_APPLICATION);
  const adapted = script
    .replace(NEW_APPLICATION, `cp -R ${join(DIRECTORY, 'shop')} .\ncd shop`)
    .replace('npm install nestjs-monitor', `npm install --no-audit --no-fund --prefer-offline ${tarball}`)
    .replaceAll('--retry 30 ', '--retry 300 ')
    .replaceAll(':3000', `:${port}`);
  return run(adapted, directory, { PORT: port, ...env });
}

/** Runs the steps of a page beside the sample application. */
async function runBesideShop(page: string): Promise<string> {
  const port = String(await freePort());
  const start = `node ${join(ROOT, 'sample-app/dist/main.js')} &`;
  const wait = `curl -s -o /dev/null --retry 300 --retry-delay 1 --retry-connrefused http://127.0.0.1:${port}/products`;
  const script = [start, wait, scriptOf(pageOf(page)).replaceAll(':3000', `:${port}`)].join('\n');
  const directory = join(DIRECTORY, `page-${++directories}`);
  mkdirSync(directory);
  return run(script, directory, { PORT: port, TRAFFIC: 'off' });
}

async function resultsOf(url: string): Promise<unknown[]> {
  try {
    const { data } = (await (await fetch(url)).json()) as { data?: { result: unknown[] } };
    return data?.result ?? [];
  } catch {
    // It does not listen yet.
    return [];
  }
}
