import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MonitorModule } from '../src/index.js';
import { builtInMetadata } from '../src/exporters/prometheus/built-in-metadata.js';
import { sampleName } from '../src/exporters/prometheus/exposition-family.js';
import { startApp } from './support/app.js';
import { readExposition } from './support/exposition.js';

interface Dashboard {
  templating: { list: { definition?: string }[] };
  panels: { title: string; targets: { expr: string }[] }[];
}

const DASHBOARD = JSON.parse(
  readFileSync(new URL('../docs/grafana-dashboard.json', import.meta.url), 'utf8'),
) as Dashboard;

/** The names of metrics in a query: whatever is followed by a selector, with quotes taken out of the way. */
function namesIn(query: string): string[] {
  return Array.from(query.matchAll(/([a-zA-Z_:][\w:]*)\{/g), ([, name = '']) => name);
}

it('every metric that the Grafana dashboard asks for is one that the exporter writes', async () => {
  const running = await startApp('express', { imports: [MonitorModule.forRoot()] });
  const families = readExposition(await (await running.get('/monitor/prometheus')).text(), 'text');
  const names = [...families.values()].flatMap(({ samples }) => samples.map(({ name }) => name));
  const known = builtInMetadata().flatMap(({ name, type }) =>
    type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [sampleName(name, type)],
  );
  const written = new Set([...names, ...known]);
  for (const { title, targets } of DASHBOARD.panels) {
    for (const { expr } of targets) {
      expect([title, namesIn(expr).length]).toEqual([title, 1]);
      expect([title, namesIn(expr).filter((name) => !written.has(name))]).toEqual([title, []]);
    }
  }
  const asked = DASHBOARD.templating.list.flatMap(({ definition = '' }) =>
    Array.from(definition.matchAll(/label_values\((\w+)/g), ([, name]) => name),
  );
  expect(asked).toEqual(['nodejs_version_info', 'nodejs_version_info']);
  expect(names).toContain('nodejs_version_info');
});

it('the dashboard shows requests, errors, latency, the event loop, garbage collections and memory', () => {
  const titles = DASHBOARD.panels.map(({ title }) => title);
  for (const title of ['Requests', 'Errors', 'Latency', 'Event loop lag', 'GC, time', 'Memory']) {
    expect(titles).toContain(title);
  }
});
