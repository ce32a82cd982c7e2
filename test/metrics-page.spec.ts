import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BUILT_IN_METRICS } from '../src/metrics/definitions/built-in-metrics.js';
import { PROCESS_DEFINITIONS } from '../src/metrics/definitions/process.definitions.js';

const PAGE = readFileSync(new URL('../docs/metrics.md', import.meta.url), 'utf8');

it('docs/metrics.md is what `npm run docs:metrics` writes from the definitions', () => {
  const written = execFileSync(process.execPath, ['scripts/metrics-page.mjs', '--print'], {
    encoding: 'utf8',
  });
  expect(PAGE).toBe(written);
});

it.each([...BUILT_IN_METRICS.values(), ...PROCESS_DEFINITIONS])(
  'the page has the names, the meaning and the advice of $name',
  ({ name, help, whenItRises, prometheus, openTelemetry }) => {
    for (const text of [name, help, whenItRises, prometheus?.name, openTelemetry?.name]) {
      expect(PAGE).toContain(text ?? '');
    }
  },
);
