import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { MetricsSnapshot } from '../src/index.js';
import type { Outcome } from './package/child-process.js';
import { runNode } from './package/child-process.js';
import type { Tarball } from './package/project.js';
import {
  compile,
  installedVersion,
  makeProject,
  makeTemporaryDirectory,
  pack,
  removeDirectory,
  ROOT,
} from './package/project.js';
import { RunningApp } from './package/running-app.js';
import { startAgent } from './support/dogstatsd.js';
import { only } from './support/present.js';
import { NODE_MAJORS, NODE_MISSING, nodeOf } from './support/nodes.js';

const DIRECTORY = makeTemporaryDirectory();
const ON_NEST_12 = join(DIRECTORY, 'nest-12');
const ON_NEST_11 = join(DIRECTORY, 'nest-11');
const WITH_EXPORTERS = join(DIRECTORY, 'exporters');

/** Packages that only one subpath of ours needs, and that its users install. */
const OPTIONAL = {
  opentelemetry: [
    '@opentelemetry/api',
    '@opentelemetry/exporter-metrics-otlp-http',
    '@opentelemetry/exporter-metrics-otlp-proto',
    '@opentelemetry/resources',
    '@opentelemetry/sdk-metrics',
  ],
  statsd: ['hot-shots'],
};
const COPIES = join(DIRECTORY, 'copies');

/** Of `tsconfig.json` in an application that `@nestjs/cli` 11 makes. */
const GENERATED_TSCONFIG = {
  module: 'nodenext',
  moduleResolution: 'nodenext',
  resolvePackageJsonExports: true,
  esModuleInterop: true,
  isolatedModules: true,
  emitDecoratorMetadata: true,
  experimentalDecorators: true,
  target: 'ES2023',
  skipLibCheck: true,
  strictNullChecks: true,
};

let tarball: Tarball;
/** The outcome of the compiler for each project. */
const compiled = new Map<string, Outcome>();

beforeAll(async () => {
  tarball = await pack(DIRECTORY);
  const ofExporters = [
    '@opentelemetry/api@^1.9',
    '@opentelemetry/sdk-metrics@^2',
    'hot-shots@^17',
    'prom-client@^15',
  ];
  const ofJest = ['@nestjs/testing@^11', 'jest@^30', 'ts-jest@^29.4', '@types/jest@^30'];
  await Promise.all([
    setUp(ON_NEST_12, [...nestPackages(12), '@nestjs/schedule@^12']),
    setUp(ON_NEST_11, [...nestPackages(11), '@nestjs/schedule@^6', ...ofJest]),
    setUp(WITH_EXPORTERS, [...nestPackages(12), ...ofExporters], 'exporters'),
  ]);
}, 300_000);

// Three trees of packages: removing them takes long on a busy machine.
afterAll(() => removeDirectory(DIRECTORY), 300_000);

function nestPackages(version: number): string[] {
  const names = ['common', 'core', 'platform-express', 'platform-fastify'];
  return [...names.map((name) => `@nestjs/${name}@^${version}`), 'reflect-metadata', 'rxjs'];
}

async function setUp(project: string, packages: string[], source?: 'app' | 'exporters'): Promise<void> {
  const forTheCompiler = ['typescript@^6', '@types/node@^20', '@types/express@^5'];
  await makeProject(project, [tarball.path, ...packages, ...forTheCompiler], source);
  compiled.set(project, await compile(project));
}

/** The outcome of a script that printed this without errors and warnings, and left nothing running. */
function endedAfterPrinting(value: unknown): Outcome {
  return { code: 0, stdout: `${JSON.stringify(value)}\n`, stderr: '' };
}

describe('The tarball', () => {
  it('holds the entry points as ES modules and as CommonJS, every other module once, and what a reader of the package looks for', () => {
    // Pictures, tests of alerts and the sample application are for readers of the repository: the package does not need them.
    const documents = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).filter(
      (path) => /\.\w+$/.test(path) && !/^images|\.test\.yml$/.test(path),
    );
    const expected = documents
      .map((path) => `docs/${path.replaceAll('\\', '/')}`)
      .concat('CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'package.json');
    expect(tarball.files.filter((path) => !path.startsWith('dist/'))).toEqual(expected.sort());

    const modules = tarball.files.filter((path) => /^dist\/.*\.js$/.test(path) && !path.includes('/chunks/'));
    const commonJs = modules.filter((path) => path.startsWith('dist/cjs/'));
    const esModules = modules.filter((path) => !path.startsWith('dist/cjs/'));
    const inBoth = commonJs.filter((path) => esModules.includes(path.replace('/cjs/', '/')));
    expect(inBoth).toEqual(expect.arrayContaining(commonJsEntries()));
    // A module that is loaded lazily is a file of its own too, and exists twice only if it imports a peer, directly or indirectly.
    const lazy = inBoth.filter((path) => !commonJsEntries().includes(path));
    expect(lazy.length).toBeGreaterThan(0);
    expect(lazy.filter((path) => packagesBehind(path).every((name) => isBuiltin(name)))).toEqual([]);
    const sources = modules.map((path) => path.replace(/^dist\/(cjs\/)?/, 'src/').replace(/\.js$/, ''));
    const missing = sources.filter(
      (path) => !['.ts', '.d.ts'].some((end) => existsSync(join(ROOT, path + end))),
    );
    expect(missing, 'dist/ must be what "npm run build" makes of src/ as it is now').toEqual([]);
  });

  it('resolves every link of its README', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const pictures = [...readme.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map(([, target = '']) => target);
    expect(pictures.filter((picture) => !existsSync(join(ROOT, picture)))).toEqual([]);
    const links = [...readme.matchAll(/(?<!!\[[^\]]*)\]\(([^)#]+)[^)]*\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^https?:/.test(target));
    expect(links).toContain('LICENSE');
    expect(links.filter((link) => !tarball.files.includes(link))).toEqual([]);
  });

  it('brings at most three packages and 1.5 MB beside what Nest needs itself', () => {
    const installed = join(ON_NEST_12, 'node_modules');
    const packages = withDependencies(installed, 'nestjs-monitor');
    expect(packages).toContain('pidusage');
    expect(packages.length).toBeLessThanOrEqual(3);
    const sizes = packages.map((name) => sizeOf(join(installed, name)));
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(1_500_000);
    const peers = Object.keys(manifestOf(installed, 'nestjs-monitor').peerDependencies ?? {});
    const optional = Object.keys(manifestOf(installed, 'nestjs-monitor').peerDependenciesMeta ?? {});
    const needed = peers.filter((name) => !optional.includes(name));
    expect(needed).toEqual(['@nestjs/common', '@nestjs/core', 'reflect-metadata', 'rxjs']);
  });

  it('refers to no source map, since it brings none along', () => {
    const referring = shippedCode().filter(({ code }) => /^\/\/# sourceMappingURL=/m.test(code));
    expect(referring.map(({ path }) => path)).toEqual([]);
  });

  it('imports nothing but what is installed with it', () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      dependencies: object;
      peerDependencies: object;
    };
    const installed = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    const imported = shippedCode().flatMap(({ code }) => importsOf(code));
    expect(imported).toContain('@nestjs/common');
    // The application passes their registry to the bridge.
    for (const client of ['prom-client', '@prometheus-io/client']) expect(imported).not.toContain(client);
    // The monitor finds it in the container of the application.
    expect(imported).not.toContain('@nestjs/schedule');
    expect(imported.filter((name) => !isBuiltin(name) && !installed.includes(name))).toEqual([]);
  });

  it.each(Object.entries(OPTIONAL))(
    'needs what is optional in %s alone, types included',
    (subpath, packages) => {
      const needing = shippedCode().filter(({ code }) =>
        importsOf(code).some((name) => packages.includes(name)),
      );
      expect(needing.length).toBeGreaterThan(0);
      expect(needing.filter(({ path }) => !path.includes(`/exporters/${subpath}/`))).toEqual([]);
      const reaching = shippedCode().filter(({ path, code }) => {
        return !path.includes('/exporters/') && code.includes(`exporters/${subpath}`);
      });
      expect(reaching).toEqual([]);
    },
  );

  it('has the names of its classes in both builds', async () => {
    for (const build of ['dist/index.js', 'dist/cjs/index.js']) {
      const exported = (await import(join(ROOT, build))) as Record<string, unknown>;
      const classes = Object.entries(exported).filter(([, value]) => typeof value === 'function');
      expect(classes.length).toBeGreaterThan(5);
      expect(classes.map(([, value]) => (value as { name: string }).name)).toEqual(
        classes.map(([name]) => name),
      );
    }
  });

  function commonJsEntries(): string[] {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      exports: Record<string, { require?: { default: string } }>;
    };
    const entries = Object.values(manifest.exports).map((entry) => entry.require?.default.slice(2));
    return entries.filter((path) => path !== undefined);
  }

  function importsOf(code: string): string[] {
    // Without the examples in comments, which show what an application imports.
    const statements = code.replace(/^\s*\*.*$/gm, '');
    return [...statements.matchAll(/(?:\bfrom ?|\bimport ?\(?|\brequire\()['"]([^.'"][^'"]*)['"]/g)].map(
      ([, name = '']) => name,
    );
  }

  /** The packages that a module in dist/ imports, itself or by a module of ours. */
  function packagesBehind(entry: string): string[] {
    const modules = new Map(shippedCode().map(({ path, code }) => [path, code]));
    const visited = new Set<string>();
    const visit = (path: string): string[] => {
      if (visited.has(path)) return [];
      visited.add(path);
      const code = modules.get(path);
      if (code === undefined) throw new Error(`There is no ${path}, which another module imports.`);
      const ours = [...code.matchAll(/(?:\bfrom ?|\bimport ?|\brequire\()['"](\.[^'"]+)['"]/g)];
      const behind = ours.flatMap(([, target = '']) => visit(posix.join(posix.dirname(path), target)));
      return [...importsOf(code), ...behind];
    };
    return visit(entry);
  }

  function shippedCode(): { path: string; code: string }[] {
    const unpacked = join(ON_NEST_12, 'node_modules/nestjs-monitor');
    return tarball.files
      .filter((path) => path.startsWith('dist/'))
      .map((path) => ({ path, code: readFileSync(join(unpacked, path), 'utf8') }));
  }
});

describe.each([
  { nest: 12, schedule: 12, project: ON_NEST_12 },
  { nest: 11, schedule: 6, project: ON_NEST_11 },
])('On Nest $nest with @nestjs/schedule $schedule', ({ nest, schedule, project }) => {
  it('installs beside these versions', () => {
    expect(installedVersion(project, '@nestjs/core')).toMatch(new RegExp(`^${nest}\\.`));
    expect(installedVersion(project, '@nestjs/schedule')).toMatch(new RegExp(`^${schedule}\\.`));
  });

  it('brings nothing along that is optional', () => {
    const present = Object.values(OPTIONAL)
      .flat()
      .filter((name) => existsSync(join(project, 'node_modules', name)));
    expect(present).toEqual([]);
  });

  it('type-checks in strict mode, declaration files included, from ESM and from CommonJS', () => {
    expect(compiled.get(project)).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  describe.each(['esm', 'cjs'])('an application in %s', (moduleSystem) => {
    const directory = join(project, moduleSystem);

    it.each([
      ['express', 'forRoot'],
      ['express', 'forRootAsync'],
      ['fastify', 'forRoot'],
      ['fastify', 'forRootAsync'],
    ])('is monitored and published on %s with %s(), and ends when it is closed', async (adapter, wiring) => {
      await expectMonitored(directory, adapter, wiring);
    });
  });

  it.each(['import', 'require'])(
    'is one and the same, imported or required, with %s first',
    async (first) => {
      expect(await runNode(['both.mjs', first], join(project, 'esm'))).toEqual(
        endedAfterPrinting({ exports: EXPORTS, different: [], counted: 1 }),
      );
    },
  );

  it.each([
    ['import', ['--input-type=module', '--eval', 'import "nestjs-monitor"']],
    ['require', ['--eval', 'require("nestjs-monitor")']],
  ])('lets a script end that only loads it, by %s', async (_way, script) => {
    expect(await runNode(script, project)).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('starts nothing before the application is up, and nothing in one whose start has failed', async () => {
    expect(await runNode(['failed-start.mjs'], join(project, 'esm'))).toEqual(
      endedAfterPrinting({ up: ['application', 'collector', 'publisher'], failed: ['application'] }),
    );
  });

  it('starts nothing and changes nothing when it is loaded', async () => {
    expect(await runNode(['idle.cjs'], join(project, 'cjs'))).toEqual(
      endedAfterPrinting({ started: [], listeners: [], globals: [] }),
    );
  });
});

describe('In an application of CommonJS with Jest and ts-jest, as generated', () => {
  it('unit and end-to-end tests pass, and leave nothing open', async () => {
    const project = join(ON_NEST_11, 'jest');
    cpSync(join(ROOT, 'test/package/toolchains/shop.spec.ts'), join(project, 'src/shop.spec.ts'));
    const compilerOptions = { ...GENERATED_TSCONFIG, types: ['node', 'jest'] };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
    const jest = { rootDir: 'src', testRegex: '.*\\.spec\\.ts$', transform: { '^.+\\.(t|j)s$': 'ts-jest' } };
    writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, jest }));
    const outcome = await runNode(['../node_modules/jest/bin/jest.js', '--testTimeout', '60000'], project);
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(outcome.stderr).toMatch(/^Tests: +3 passed, 3 total$/m);
    expect(outcome.stderr).not.toMatch(/did not exit|failed to exit|torn down/);
  });
});

describe('The types of all entry points, with skipLibCheck off and exactOptionalPropertyTypes on', () => {
  it.each([
    ['commonjs', 'node10', 'commonjs'],
    ['esnext', 'bundler', 'module'],
    ['node16', 'node16', 'module'],
  ])('resolve with %s and %s in a package of %s', async (module, moduleResolution, type) => {
    const project = join(WITH_EXPORTERS, `types-${moduleResolution}`);
    cpSync(join(ROOT, 'test/package/toolchains/types.ts'), join(project, 'types.ts'));
    writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type }));
    const strict = { strict: true, skipLibCheck: false, exactOptionalPropertyTypes: true, noEmit: true };
    const target = { target: 'es2022', lib: ['es2023'], types: ['node'], ignoreDeprecations: '6.0' };
    const decorators = { experimentalDecorators: true, emitDecoratorMetadata: true };
    const compilerOptions = { ...strict, ...target, ...decorators, module, moduleResolution };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
    expect(await compile(project, '../node_modules')).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

describe('What cannot work fails the start with one line that says why', () => {
  /** All messages of a start that fails. */
  async function errorsOf(project: string, from: string): Promise<string[]> {
    const { stdout } = await runNode(['copies.cjs', from], join(project, 'cjs'));
    return JSON.parse(stdout) as string[];
  }

  async function errorOf(project: string, from: string): Promise<string> {
    return only(await errorsOf(project, from));
  }

  beforeAll(async () => {
    await makeProject(COPIES, [tarball.path, ...nestPackages(11)]);
  }, 300_000);

  it.each(['modules', 'commonjs'])('a package that is optional, where it is needed (%s)', async (build) => {
    expect(await runNode(['missing.cjs', build], join(COPIES, 'cjs'))).toEqual(
      endedAfterPrinting({
        loaded: ['function', 'function'],
        statsd:
          'statsdPublisher() of nestjs-monitor/statsd needs the package hot-shots, which is not installed. ' +
          'Install it: npm install hot-shots',
        publisher: null,
        published: [0],
      }),
    );
  });

  it('a second copy of the package', async () => {
    const second = join(COPIES, 'library/node_modules/nestjs-monitor');
    cpSync(join(COPIES, 'node_modules/nestjs-monitor'), second, { recursive: true });
    writeFileSync(join(COPIES, 'library/index.cjs'), "module.exports = require('nestjs-monitor');\n");
    const error = await errorOf(COPIES, '../library/index.cjs');
    expect(error).toContain('There are two copies of nestjs-monitor');
    expect(error).toContain(join(COPIES, 'node_modules/nestjs-monitor/dist,'));
    expect(error).toContain(`User uses ${join(second, 'dist')}.`);
  });

  it('a second copy of @nestjs/core', async () => {
    expect(await errorsOf(COPIES, 'nestjs-monitor')).toEqual([]);
    const second = join(COPIES, 'node_modules/nestjs-monitor/node_modules/@nestjs/core');
    cpSync(join(COPIES, 'node_modules/@nestjs/core'), second, { recursive: true });
    const error = await errorOf(COPIES, 'nestjs-monitor');
    rmSync(join(COPIES, 'node_modules/nestjs-monitor/node_modules'), { recursive: true });
    expect(error).toContain(
      `runs on ${join(COPIES, 'node_modules/@nestjs/core')}, and nestjs-monitor loads ${second}`,
    );
  });

  it('Nest 10', async () => {
    const project = join(DIRECTORY, 'nest-10');
    await makeProject(project, ['--legacy-peer-deps', tarball.path, ...nestPackages(10)]);
    expect(await errorOf(project, 'nestjs-monitor')).toMatch(
      /^nestjs-monitor needs Nest 11 or 12, and this application runs on Nest 10\.\d+\.\d+\./,
    );
  });
});

describe.each(NODE_MAJORS)('On Node %i', (major) => {
  let node: string | undefined;

  beforeAll(async () => {
    node = await nodeOf(major);
  });

  it.for<[string, string, string]>([
    ['esm', 'express', 'forRoot'],
    ['cjs', 'fastify', 'forRootAsync'],
  ])(
    'an application in %s is monitored on %s with %s()',
    async ([moduleSystem, adapter, wiring], { skip }) => {
      if (node === undefined) return skip(NODE_MISSING(major));
      const document = await expectMonitored(join(ON_NEST_12, moduleSystem), adapter, wiring, node);
      expect(document.instance.node_version).toMatch(new RegExp(`^v${major}\\.`));
    },
  );
});

describe('With the packages of OpenTelemetry, StatsD and prom-client', () => {
  it('the subpaths type-check in strict mode, from ESM and from CommonJS', () => {
    expect(compiled.get(WITH_EXPORTERS)).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it.each(['esm', 'cjs'])('an application in %s exports to all of them, and ends', async (moduleSystem) => {
    const agent = await startAgent();
    const outcome = await runNode(['main.js', String(agent.port)], join(WITH_EXPORTERS, moduleSystem));
    const said = {
      orders: 3,
      atTheEnd: 5,
      measured: true,
      isInRegistry: true,
      runtime: 'nodejs',
      errors: [],
    };
    expect(outcome).toEqual(endedAfterPrinting(said));
    await vi.waitFor(() => expect(agent.totals()).toMatchObject({ 'shop.orders': 5 }), { timeout: 60_000 });
  });
});

interface Manifest {
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: object;
}

function manifestOf(installed: string, name: string): Manifest {
  return JSON.parse(readFileSync(join(installed, name, 'package.json'), 'utf8')) as Manifest;
}

/** A package and all that it depends on. */
function withDependencies(installed: string, name: string, found: string[] = []): string[] {
  if (found.includes(name)) return found;
  found.push(name);
  const dependencies = Object.keys(manifestOf(installed, name).dependencies ?? {});
  for (const dependency of dependencies) withDependencies(installed, dependency, found);
  return found;
}

function sizeOf(directory: string): number {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

/** Runs and checks the application of a user from its start to its end. */
async function expectMonitored(
  directory: string,
  adapter: string,
  wiring: string,
  node?: string,
): Promise<MetricsSnapshot> {
  const app = new RunningApp(['main.js', adapter, wiring], directory, node);
  onTestFinished(() => app.kill());
  const url = await app.said<string>('listening');

  const adopt = (body: string) =>
    fetch(`${url}/cats`, { method: 'POST', body, headers: { 'Content-Type': 'application/json' } });
  const adopted = await adopt('{ "hunger": 3 }');
  expect(await adopted.json()).toEqual({ intervals: ['monitor:publisher'] });
  expect((await adopt('{ "hunger": ')).status).toBe(400);
  expect((await fetch(`${url}/dogs`)).status).toBe(404);

  // By then the timer that watches the event loop has ticked, so that each gauge has a highest value.
  await app.said(
    'published',
    ({ counters }: MetricsSnapshot) => counters.cats === 1 && (counters.callbacks ?? 0) > 0,
  );

  const response = await fetch(`${url}/monitor`);
  expect(response.status).toBe(200);
  const document = (await response.json()) as MetricsSnapshot;
  expect(keysOf(document).filter((key) => !VARYING.test(key))).toEqual(DOCUMENT_KEYS);
  expect(document.counters).toMatchObject({
    'http_requests{method="POST",route="/cats",status="201"}': 1,
    'http_requests{method="POST",route="/cats",status="400"}': 1,
    'http_requests{method="GET",route="unmatched",status="404"}': 1,
  });
  const seen = { requests: 4, localhost_requests: 4, private_requests: 4, cats: 1 };
  expect(document.counters).toMatchObject(seen);
  expect(document.max_gauges.hunger).toBe(3);
  await expectDashboard(url);

  expect(await app.close()).toEqual({ code: 0, stdout: '', stderr: '' });
  return document;
}

/** Checks that the dashboard page and all its files are served. */
async function expectDashboard(url: string): Promise<void> {
  const page = await fetch(`${url}/monitor`, { headers: { accept: 'text/html' } });
  expect([page.status, page.url]).toEqual([200, `${url}/monitor/dashboard`]);
  const links = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => link);
  expect(links).toHaveLength(3);
  for (const link of links) expect((await fetch(new URL(link, page.url))).status, link).toBe(200);
}

/** The whole public API except for its types. */
const EXPORTS = [
  'Counted',
  'DiagnosticsOffError',
  'HandlerCallsInterceptor',
  'HeapSnapshotRefusedError',
  'InspectorUnavailableError',
  'LoopbackGuard',
  'MonitorAccess',
  'MonitorController',
  'MonitorDiagnostics',
  'MonitorModule',
  'MonitorOptionsError',
  'MonitorPort',
  'MonitorService',
  'OperationInProgressError',
  'PUBLISHER_INTERVAL',
  'ThreadBusyError',
  'Timed',
  'parseSeriesName',
];

/**
 * These vary with the spaces of the heap, the types of active resources, and the kinds of requests. And on a busy machine, a call
 * of the publisher may be skipped.
 */
const VARYING = /^\w+\.(active_resources\{|heap_space_\w+\{|http_)|^counters\.monitor_skipped_publishes$/;

const HISTOGRAM_FIGURES = ['count', 'max', 'min', 'p50', 'p90', 'p99', 'p999', 'sum'];

/** All that the application shows at /monitor. */
const DOCUMENT_KEYS = [
  'counters.callback_duration',
  'counters.callbacks',
  'counters.callbacks_processed',
  'counters.cats',
  'counters.eventloop_time{state="active"}',
  'counters.eventloop_time{state="idle"}',
  'counters.job_missed_runs{job="reminder"}',
  'counters.job_overlaps{job="reminder"}',
  'counters.job_runs{job="reminder",outcome="error"}',
  'counters.job_runs{job="reminder",outcome="ok"}',
  ...['gauges', 'max_gauges', 'min_gauges'].flatMap((section) => [
    `${section}.job_last_success{job="reminder"}`,
    `${section}.job_running{job="reminder"}`,
  ]),
  'counters.localhost_requests',
  'counters.private_requests',
  'counters.requests',
  ...['loopback', 'private', 'public', 'unknown'].map(
    (locality) => `counters.requests_by_locality{locality="${locality}"}`,
  ),
  'gauges.array_buffers_bytes',
  'gauges.eventloop_utilization',
  'gauges.external_bytes',
  'gauges.heap_limit_bytes',
  'gauges.heap_total_bytes',
  'gauges.heap_used_bytes',
  'gauges.hunger',
  'gauges.ioloop_excess_callback_latency',
  'gauges.ioloop_handlers',
  'gauges.ioloop_pending_callbacks',
  'instance.hostname',
  'instance.node_version',
  'instance.pid',
  'instance.start_time',
  'instance.worker_id',
  'max_gauges.array_buffers_bytes',
  'max_gauges.eventloop_utilization',
  'max_gauges.external_bytes',
  'max_gauges.heap_limit_bytes',
  'max_gauges.heap_total_bytes',
  'max_gauges.heap_used_bytes',
  'max_gauges.hunger',
  'max_gauges.ioloop_excess_callback_latency',
  'max_gauges.ioloop_handlers',
  'max_gauges.ioloop_pending_callbacks',
  'min_gauges.array_buffers_bytes',
  'min_gauges.eventloop_utilization',
  'min_gauges.external_bytes',
  'min_gauges.heap_limit_bytes',
  'min_gauges.heap_total_bytes',
  'min_gauges.heap_used_bytes',
  'min_gauges.hunger',
  'min_gauges.ioloop_excess_callback_latency',
  'min_gauges.ioloop_handlers',
  'min_gauges.ioloop_pending_callbacks',
  'process.cpu.num_threads',
  'process.cpu.percent',
  'process.cpu.system_time',
  'process.cpu.user_time',
  'process.max_fds',
  'process.meminfo.rss_bytes',
  'process.meminfo.vsz_bytes',
  'process.num_fds',
  'process.uptime',
  ...[
    'appetite',
    'eventloop_delay',
    'job_duration{job="reminder"}',
    ...['incremental', 'major', 'minor', 'weakcb'].map((kind) => `gc_duration{kind="${kind}"}`),
  ].flatMap((name) => HISTOGRAM_FIGURES.map((figure) => `histograms.${name}.${figure}`)),
].sort();

/** The path to every value in there, sorted. */
function keysOf(document: object): string[] {
  const paths = Object.entries(document).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null ? keysOf(value).map((path) => `${key}.${path}`) : [key],
  );
  return paths.sort();
}
