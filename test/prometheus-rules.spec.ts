import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { pageOf } from './documentation/pages.js';
import { ROOT } from './package/project.js';
import { needs } from './support/tools.js';

interface Rules {
  groups: { rules: { alert?: string; labels?: object; annotations?: Record<string, string> }[] }[];
}

interface RuleTests {
  tests: { alert_rule_test?: { alertname: string; exp_alerts: unknown[] }[] }[];
}

const DIRECTORY = join(ROOT, 'docs/prometheus');

function read<T>(file: string): T {
  return parse(readFileSync(join(DIRECTORY, file), 'utf8')) as T;
}

const ALERTS = read<Rules>('alerts.yml').groups.flatMap(({ rules }) => rules);

const PROMTOOL = needs('promtool');

describe.skipIf(PROMTOOL.isMissing)(`promtool${PROMTOOL.reason}`, () => {
  const promtool = (...args: string[]) => promisify(execFile)('promtool', args, { cwd: DIRECTORY });

  it('accepts the recording rules and the alerts', async () => {
    const { stdout } = await promtool('check', 'rules', 'recording.yml', 'alerts.yml');
    expect(stdout.match(/SUCCESS: \d+ rules found/g)).toHaveLength(2);
  });

  it('finds that they record and fire in the cases where they should, and in no other', async () => {
    await promtool('test', 'rules', 'recording.test.yml', 'alerts.test.yml');
  });
});

it('every alert has a case in which it fires and one in which it does not', () => {
  const cases = read<RuleTests>('alerts.test.yml').tests.flatMap((test) => test.alert_rule_test ?? []);
  const outcomes = ALERTS.map(({ alert }) => {
    const counts = cases.filter(({ alertname }) => alertname === alert).map((test) => test.exp_alerts.length);
    return [alert, counts.some((count) => count > 0), counts.includes(0)];
  });
  expect(outcomes).toEqual(ALERTS.map(({ alert }) => [alert, true, true]));
});

it('every alert has a severity, a summary, a description, and a section in docs/alerts.md that it links to', () => {
  const { anchors } = pageOf('docs/alerts.md');
  for (const { alert = '', labels, annotations = {} } of ALERTS) {
    expect(labels).toEqual({ severity: expect.stringMatching(/^(critical|warning)$/) });
    expect(annotations.summary).toMatch(/\.$/);
    expect(annotations.description).toMatch(/\.$/);
    const [page, anchor = ''] = annotations.runbook_url?.split('#') ?? [];
    expect(page).toBe('node_modules/nestjs-monitor/docs/alerts.md');
    expect([anchor, anchors.has(anchor)]).toEqual([alert.toLowerCase(), true]);
  }
});
