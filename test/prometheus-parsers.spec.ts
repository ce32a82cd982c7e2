import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { MonitorModule, MonitorService } from '../src/index.js';
import { startApp } from './support/app.js';
import { readExposition } from './support/exposition.js';
import { fillWithInvalidNames } from './support/invalid-names.js';
import { present } from './support/present.js';
import { valuesOf, scrapedRegistry, scrapedTwoRegistries } from './support/scrape.js';
import { needs, requirement } from './support/tools.js';

const SCRIPT = fileURLToPath(new URL('support/python-parsers.py', import.meta.url));
/** Debian installs its packages for this one, which need not be the first on the PATH. */
const PYTHON = ['/usr/bin/python3', 'python3'].find(
  (python) => spawnSync(python, ['-c', 'import prometheus_client']).status === 0,
);
if (PYTHON === undefined && process.env.CI)
  throw new Error('The tests need python3-prometheus-client, which is not installed.');
const PARSERS = requirement(PYTHON !== undefined, 'python3-prometheus-client, which is not installed');
const PROMTOOL = needs('promtool');

const FORMATS = ['text', 'openmetrics'] as const;
type Format = (typeof FORMATS)[number];

interface ParsedFamily {
  type: string;
  help: string;
  samples: [name: string, labels: Record<string, string>, value: number][];
  exemplars: [labels: Record<string, string>, value: number][];
}

/** Everything that can be written: of one process and of two, of an application and of hostile names. */
async function expositions(): Promise<{ what: string; format: Format; text: string }[]> {
  const all: { what: string; format: Format; text: string }[] = [];
  for (const [what, make] of [
    ['one registry', scrapedRegistry],
    ['two registries merged', scrapedTwoRegistries],
  ] as const) {
    const registry = fillWithInvalidNames(make());
    registry.describe('sized', { buckets: [1, 10], unit: 'bytes' });
    for (const value of [0.5, 5, 50]) {
      registry.observe('sized', value, { kind: 'a' }, { exemplar: { trace_id: `of ${value}` } });
    }
    for (const format of FORMATS) all.push({ what, format, text: await registry.text(format, format) });
  }
  const { app, url } = await startApp('express', {
    imports: [MonitorModule.forRoot({ diagnostics: true, labels: { service: 'shop' }, prefix: 'shop_' })],
  });
  app.get(MonitorService).observe('latency', 0.2, {}, { exemplar: { trace_id: 'abc' } });
  for (const [format, accept] of [
    ['text', 'text/plain;version=0.0.4'],
    ['openmetrics', 'application/openmetrics-text;version=1.0.0'],
  ] as const) {
    // The second one has the requests of the first.
    for (const query of ['', '?reader=b']) {
      const response = await fetch(`${url}/monitor/prometheus${query}`, { headers: { accept } });
      all.push({ what: 'an application', format, text: await response.text() });
    }
  }
  return all;
}

describe.skipIf(PARSERS.isMissing)(`the parsers of Prometheus' library for Python${PARSERS.reason}`, () => {
  const parse = (given: unknown): Record<string, ParsedFamily>[] => {
    const { status, stdout, stderr } = spawnSync(present(PYTHON), [SCRIPT], {
      input: JSON.stringify(given),
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as Record<string, ParsedFamily>[];
  };

  it('accept every exposition, and read the values that were written', async () => {
    const given = await expositions();
    for (const [at, families] of parse(given).entries()) {
      const { format, text, what } = present(given[at]);
      const expected = valuesOf(readExposition(text, format));
      const samples = Object.values(families).flatMap((family) => family.samples);
      const found = samples.map(([name, labels, value]) => {
        const written = Object.entries(labels).map(([label, of]) => `${label}=${JSON.stringify(of)}`);
        return [written.length === 0 ? name : `${name}{${written.join(',')}}`, value] as const;
      });
      expect([what, format, Object.fromEntries(found)]).toEqual([what, format, expected]);
    }
  });

  it('read the exemplars of OpenMetrics', async () => {
    const registry = scrapedRegistry();
    registry.describe('sized', { buckets: [1, 10] });
    for (const value of [0.5, 5, 50]) {
      registry.observe('sized', value, {}, { exemplar: { trace_id: `"of"\\ ${value}\n` } });
    }
    const [families] = parse([{ format: 'openmetrics', text: await registry.text('openmetrics') }]);
    expect(families?.sized?.exemplars).toEqual([
      [{ trace_id: '"of"\\ 0.5\n' }, 0.5],
      [{ trace_id: '"of"\\ 5\n' }, 5],
      [{ trace_id: '"of"\\ 50\n' }, 50],
    ]);
  });

  it('reject an invalid text', () => {
    expect(() => parse([{ format: 'openmetrics', text: 'x 1\n' }])).toThrow('EOF');
  });
});

describe.skipIf(PROMTOOL.isMissing)(`promtool check metrics${PROMTOOL.reason}`, () => {
  it('has nothing to say about any text', async () => {
    for (const { format, text, what } of await expositions()) {
      if (format !== 'text') continue;
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
        input: text,
        encoding: 'utf8',
      });
      expect({ what, status, stdout, stderr }).toEqual({ what, status: 0, stdout: '', stderr: '' });
    }
  });
});
