import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { expect, onTestFinished } from 'vitest';

interface Result {
  metric: Record<string, string>;
  /** Missing for a native histogram. */
  value?: [time: number, value: string];
}

export interface StoredExemplar {
  labels: Record<string, string>;
  value: string;
  /** In seconds since 1970. */
  timestamp: number;
}

export interface PrometheusOptions {
  /** Such as `native-histograms`. */
  features?: readonly string[];
  /** Files with recording rules or alerts, evaluated twice a second. */
  rules?: readonly string[];
  /** The query of each scrape. */
  params?: Record<string, string>;
}

/** A Prometheus server that scrapes one job. It is stopped at the end of the test. */
export class RealPrometheus {
  private constructor(private readonly url: string) {}

  static async start(
    target: string | readonly string[],
    path: string,
    { features = [], rules = [], params = {} }: PrometheusOptions = {},
  ): Promise<RealPrometheus> {
    const targets = JSON.stringify([target].flat());
    const query = JSON.stringify(Object.fromEntries(Object.entries(params).map(([k, v]) => [k, [v]])));
    const directory = mkdtempSync(join(tmpdir(), 'nestjs-monitor-prometheus-'));
    writeFileSync(
      join(directory, 'prometheus.yml'),
      [
        'global: { scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 500ms }',
        `rule_files: ${JSON.stringify(rules)}`,
        'scrape_configs:',
        '  - job_name: shop',
        `    metrics_path: ${path}`,
        `    params: ${query}`,
        `    static_configs: [{ targets: ${targets} }]`,
        '',
      ].join('\n'),
    );
    const server = spawn(
      'prometheus',
      [
        `--config.file=${join(directory, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(directory, 'data')}`,
        '--web.listen-address=127.0.0.1:0',
        ...features.map((feature) => `--enable-feature=${feature}`),
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const closed = once(server, 'close');
    onTestFinished(async () => {
      server.kill('SIGKILL');
      await closed;
      rmSync(directory, { recursive: true, force: true });
    });
    return new RealPrometheus(`http://${await listenAddressOf(server.stderr)}`);
  }

  /** The current result of a query: each series with its labels and value. Empty while the server starts. */
  async query(query: string): Promise<Result[]> {
    const { data } = await this.ask<{ result: Result[] }>(`query?query=${encodeURIComponent(query)}`);
    return data?.result ?? [];
  }

  /** The value of the first series of a query; `undefined` if there is none. */
  async number(query: string): Promise<number | undefined> {
    const [first] = await this.query(query);
    return first?.value && Number(first.value[1]);
  }

  /** The errors of the last evaluation of each rule. */
  async ruleErrors(): Promise<string[] | undefined> {
    const { data } = await this.ask<{ groups: { rules: { lastError?: string }[] }[] }>('rules');
    return data?.groups.flatMap(({ rules }) => rules.flatMap(({ lastError }) => lastError || []));
  }

  /** The state of the first target. */
  async target(): Promise<{ health?: string; lastError?: string }> {
    const { data } = await this.ask<{ activeTargets: { health: string; lastError: string }[] }>('targets');
    return data?.activeTargets[0] ?? {};
  }

  /** The exemplars of the series that a query selects, in the last minute. */
  async exemplars(query: string): Promise<StoredExemplar[]> {
    const now = Date.now() / 1000;
    const range = `start=${now - 60}&end=${now + 60}`;
    const { data } = await this.ask<{ exemplars: StoredExemplar[] }[]>(
      `query_exemplars?query=${encodeURIComponent(query)}&${range}`,
    );
    return data?.flatMap(({ exemplars }) => exemplars) ?? [];
  }

  /** Waits until a query has this value. */
  async becomes(query: string, value: number): Promise<void> {
    await expect.poll(() => this.number(query), { timeout: 60_000, interval: 100 }).toBe(value);
  }

  private async ask<T>(path: string): Promise<{ data?: T }> {
    try {
      return (await (await fetch(`${this.url}/api/v1/${path}`)).json()) as { data?: T };
    } catch {
      return {};
    }
  }
}

/** The address on which Prometheus listens, from its log. */
async function listenAddressOf(log: Readable): Promise<string> {
  let text = '';
  for await (const line of createInterface({ input: log })) {
    text += `${line}\n`;
    if (line.includes('Listening on')) break;
  }
  log.resume();
  const address = /Listening on.* address=(\S+)/.exec(text)?.[1];
  if (address === undefined) throw new Error(`Prometheus does not listen:\n${text}`);
  return address;
}
