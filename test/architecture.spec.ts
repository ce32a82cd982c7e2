import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ICruiseResult, IFlattenedRuleSet } from 'dependency-cruiser';
import { cruise } from 'dependency-cruiser';
import readConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import { expect, it, onTestFinished } from 'vitest';

const CONFIG = fileURLToPath(new URL('../.dependency-cruiser.mjs', import.meta.url));

// The rules themselves, on small trees. `npm run test:architecture` applies them to src/.

it.each([
  ['common/clock.ts', 'metrics/registry.ts', 'common-imports'],
  ['metrics/registry.ts', 'exporters/prometheus/names.ts', 'metrics-imports'],
  ['metrics/registry.ts', 'monitor.options.ts', 'metrics-imports'],
  ['instrumentation/http/route.ts', 'endpoint/accept.ts', 'instrumentation-imports'],
  ['instrumentation/runtime/collector.ts', 'monitor.module.ts', 'instrumentation-imports'],
  ['exporters/statsd/line.ts', 'instrumentation/http/route.ts', 'exporters-imports'],
  ['exporters/statsd/line.ts', 'exporters/prometheus/names.ts', 'exporter-statsd-imports'],
  ['access/peer.ts', 'metrics/registry.ts', 'access-imports'],
  ['endpoint/accept.ts', 'instrumentation/http/route.ts', 'endpoint-imports'],
  ['endpoint/accept.ts', 'exporters/statsd/line.ts', 'endpoint-imports'],
  ['publishing/runner.ts', 'monitor.options.ts', 'publishing-imports'],
  ['monitor.service.ts', 'monitor.options.ts', 'service-imports'],
  ['exporters/statsd/line.ts', 'monitor.service.ts', 'exporters-imports'],
  ['history/store.ts', 'endpoint/accept.ts', 'history-imports'],
  ['processes/peers.ts', 'exporters/prometheus/names.ts', 'processes-imports'],
  ['diagnostics/watchdog.ts', 'endpoint/accept.ts', 'diagnostics-imports'],
  ['history/store.ts', 'wiring/wirings.ts', 'wiring-is-for-the-module'],
  ['attic/box.ts', 'metrics/registry.ts', 'known-folders'],
])('src/%s may not import src/%s, not even a type', async (from, to, rule) => {
  expect(await brokenRules({ [from]: [to], [to]: [] })).toContain(rule);
});

it.each([
  ['metrics/registry.ts', 'common/clock.ts'],
  ['instrumentation/http/route.ts', 'metrics/registry.ts'],
  ['exporters/prom-client/bridge.ts', 'exporters/prometheus/names.ts'],
  ['endpoint/accept.ts', 'access/peer.ts'],
  ['endpoint/accept.ts', 'exporters/prometheus/names.ts'],
  ['endpoint/monitor.controller.ts', 'monitor.service.ts'],
  ['monitor.module.ts', 'endpoint/accept.ts'],
  ['monitor-core.module.ts', 'wiring/wirings.ts'],
  ['wiring/history.wiring.ts', 'history/store.ts'],
])('src/%s may import src/%s', async (from, to) => {
  expect(await brokenRules({ [from]: [to], [to]: [] })).toEqual([]);
});

it('two files may not import each other, not even for a type', async () => {
  const rules = await brokenRules({ 'metrics/a.ts': ['metrics/b.ts'], 'metrics/b.ts': ['metrics/a.ts'] });
  expect(rules).toEqual(['no-circles']);
});

it('the main entry may not load an exporter with optional dependencies, not even by way of another file', async () => {
  const rules = await brokenRules({
    'index.ts': ['monitor.module.ts'],
    'monitor.module.ts': ['exporters/opentelemetry/producer.ts'],
    'exporters/opentelemetry/producer.ts': [],
  });
  expect(rules).toEqual(['optional-exporters']);
});

it('shipped code may not import a spec', async () => {
  const rules = await brokenRules({ 'metrics/a.ts': ['metrics/b.spec.ts'], 'metrics/b.spec.ts': [] });
  expect(rules).toEqual(['no-specs-in-the-package']);
});

/** The names of the rules that a tree breaks, given as its files below src/ with the files that each imports a type of. */
async function brokenRules(files: Record<string, string[]>): Promise<string[]> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'nestjs-monitor-architecture-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, imports] of Object.entries(files)) {
    const up = '../'.repeat(path.split('/').length - 1) || './';
    const lines = imports.map((other) => `import type { X } from '${up}${other.replace(/\.ts$/, '.js')}';`);
    mkdirSync(dirname(join(root, 'src', path)), { recursive: true });
    writeFileSync(join(root, 'src', path), [...lines, 'export type X = 1;', ''].join('\n'));
  }
  const { options, ...ruleSet } = await readConfig(CONFIG);
  const { output } = await cruise(['src'], {
    ...options,
    tsConfig: undefined,
    baseDir: root,
    validate: true,
    ruleSet: ruleSet as IFlattenedRuleSet,
  });
  return (output as ICruiseResult).summary.violations.map(({ rule }) => rule.name);
}
