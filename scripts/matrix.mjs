/**
 * Starts an application with the packed package on every supported combination of Nest, Node, HTTP adapter and module
 * system, reads its endpoint and stops it:
 *
 *   npm run test:matrix
 *   npm run test:matrix -- --nest 11 --node 22.12.0
 *
 * The application is test/package/app/main.ts, as a user would write it. npm installs Nest and the other versions of Node.
 *
 * Then test/package/jobs/jobs.ts runs on each Nest, on the oldest and on the newest Node: scheduled jobs, events, and a queue in
 * the Redis that is installed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import ts from 'typescript';
import { atEnd, run, temporaryDirectory } from './at-end.mjs';
import { startRedis } from './redis.mjs';
import { packInto } from './tarball.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({ options: { nest: { type: 'string' }, node: { type: 'string' } } });

/** The major versions, with the packages that belong to each Nest. */
const NESTS = [
  { nest: '11', optional: { schedule: '6', 'event-emitter': '3', bullmq: '11' } },
  { nest: '12', optional: { schedule: '12', 'event-emitter': '12', bullmq: '12' } },
].filter(({ nest }) => [undefined, nest].includes(values.nest));
const NODES = values.node === undefined ? ['20', '22', '24', '26'] : [values.node];
const JSON_TYPE = { 'Content-Type': 'application/json' };
const MODULE_SYSTEMS = ['esm', 'cjs'];
const ADAPTERS = ['express', 'fastify'];

/** Node 22.12 and 23.0 to 23.4 print it where CommonJS loads ES modules. */
const REQUIRE_WARNING =
  /^\(node:\d+\) ExperimentalWarning: [^]*ES Module[^]*\(Use `node --trace-warnings .*\n/;

/** What the monitor has counted when test/package/jobs/jobs.ts ends. */
const JOBS = [
  ...['Reports.daily', 'Reports.sync', 'dynamic cron', 'dynamic interval', 'dynamic timeout', 'warm up'].map(
    (job) => `job_runs{job="${job}",outcome="ok"}`,
  ),
  ...['Reports.sync', 'cold start', 'dynamic cron that fails', 'nightly'].map(
    (job) => `job_runs{job="${job}",outcome="error"}`,
  ),
  ...[
    'Reports.daily',
    'Reports.sync',
    'dynamic cron',
    'dynamic cron that fails',
    'dynamic interval',
    'nightly',
  ].map((job) => `job_next_run{job="${job}"}`),
  'handler_calls{handler="Reports.onPlaced",outcome="ok",transport="event"}',
  'handler_calls{handler="Reports.onPlacedBadly",outcome="error",transport="event"}',
];
const QUEUE = ['ok', 'error'].map(
  (outcome) => `handler_calls{handler="EmailProcessor.process",outcome="${outcome}",transport="bullmq"}`,
);

/** Milliseconds for one application, also on a busy machine. */
const TIMEOUT = 60_000;

const directory = temporaryDirectory('nestjs-monitor-matrix-');

const began = performance.now();
const tarball = await packInto(directory);
const nodes = new Map();
for (const node of NODES) nodes.set(node, await nodeOf(node));
const projects = new Map();
for (const { nest, optional } of NESTS) projects.set(nest, await makeProject(nest, optional));

const failures = [];
let cells = 0;

async function check(cell, work) {
  cells += 1;
  try {
    await work();
    console.log(`ok      ${cell}`);
  } catch (error) {
    failures.push(cell);
    console.log(`FAILED  ${cell}: ${error.message}`);
  }
}

for (const { nest } of NESTS) {
  for (const node of NODES) {
    for (const moduleSystem of MODULE_SYSTEMS) {
      for (const adapter of ADAPTERS) {
        await check(`Nest ${nest}, Node ${node}, ${moduleSystem}, ${adapter}`, () =>
          startAndRead(nodes.get(node), node, join(projects.get(nest), moduleSystem), adapter),
        );
      }
    }
  }
}

const redis = await startRedis();
if (redis === undefined && process.env.CI)
  throw new Error('The queue needs redis-server, which is not installed.');
if (redis === undefined) console.log('skipped the queue: it needs redis-server, which is not installed.');
const ends = [...new Set([NODES[0], NODES.at(-1)])];
await Promise.all(
  NESTS.flatMap(({ nest }) =>
    ends.map((node, at) => {
      const moduleSystem = MODULE_SYSTEMS[at];
      return check(`Nest ${nest}, Node ${node}, ${moduleSystem}, jobs`, () =>
        runJobs(nodes.get(node), join(projects.get(nest), moduleSystem), `${nest}-${node}`),
      );
    }),
  ),
);
redis?.kill();

const seconds = Math.round((performance.now() - began) / 1000);
console.log(`matrix: ${cells - failures.length} of ${cells} combinations work (${seconds} s)`);
process.exitCode = failures.length === 0 && cells > 0 ? 0 : 1;

async function nodeOf(version) {
  const { stdout } = await run(process.execPath, [join(ROOT, 'scripts/node-of.mjs'), version]);
  return stdout.trim();
}

/** One installation for all versions of Node, with the application in both module systems. */
async function makeProject(nest, optional) {
  const project = join(directory, `nest-${nest}`);
  for (const [system, type, module] of [
    ['esm', 'module', ts.ModuleKind.ES2022],
    ['cjs', 'commonjs', ts.ModuleKind.CommonJS],
  ]) {
    mkdirSync(join(project, system), { recursive: true });
    writeFileSync(join(project, system, 'package.json'), JSON.stringify({ type }));
    for (const application of ['app/main', 'jobs/jobs']) {
      const source = readFileSync(join(ROOT, `test/package/${application}.ts`), 'utf8');
      const { outputText } = ts.transpileModule(source, {
        compilerOptions: {
          module,
          target: ts.ScriptTarget.ES2022,
          esModuleInterop: true,
          experimentalDecorators: true,
          emitDecoratorMetadata: true,
        },
      });
      writeFileSync(join(project, system, `${basename(application)}.js`), outputText);
    }
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true }));
  const names = ['common', 'core', 'platform-express', 'platform-fastify'];
  const packages = [
    ...names.map((name) => `@nestjs/${name}@^${nest}`),
    ...Object.entries(optional).map(([name, version]) => `@nestjs/${name}@^${version}`),
    'bullmq',
    'ioredis',
  ];
  const options = ['install', '--no-audit', '--no-fund', '--prefer-offline'];
  await run('npm', [...options, tarball, ...packages, 'reflect-metadata', 'rxjs'], { cwd: project });
  return project;
}

async function startAndRead(node, version, cwd, adapter) {
  const { PATH, HOME, TMPDIR } = process.env;
  const child = spawn(node, ['main.js', adapter, 'forRoot'], {
    cwd,
    env: { PATH, HOME, TMPDIR },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT,
    killSignal: 'SIGKILL',
  });
  const forget = atEnd(() => child.kill('SIGKILL'));
  const closed = once(child, 'close');
  const errors = text(child.stderr);
  try {
    const url = await address(child);
    if (url === undefined) throw new Error(`it did not start. ${await errors}`);
    await (await fetch(`${url}/cats`, { method: 'POST', body: '{"hunger":3}', headers: JSON_TYPE })).text();
    const { counters, gauges, instance } = await (await fetch(`${url}/monitor`)).json();
    expectSame({ cats: counters.cats, hunger: gauges.hunger }, { cats: 1, hunger: 3 });
    const calls = counters['http_client_requests{host="127.0.0.1:2",method="GET",status="refused"}'];
    const runs = counters['job_runs{job="reminder",outcome="ok"}'];
    expectSame({ calls, runs }, { calls: 2, runs: 1 });
    expectSame(`${instance.node_version}.`.startsWith(`v${version}.`), true);
    child.kill('SIGTERM');
    const [code] = await closed;
    const stderr = (await errors).replace(REQUIRE_WARNING, '');
    expectSame({ code, stderr }, { code: 0, stderr: '' });
  } finally {
    child.kill('SIGKILL');
    forget();
  }
}

/** Runs test/package/jobs/jobs.ts, with a queue if there is a Redis. */
async function runJobs(node, cwd, prefix) {
  const { PATH, HOME, TMPDIR } = process.env;
  const args = ['jobs.js', prefix, ...(redis === undefined ? [] : [String(redis.port)])];
  const { stdout, stderr } = await run(node, args, {
    cwd,
    env: { PATH, HOME, TMPDIR },
    timeout: TIMEOUT,
    killSignal: 'SIGKILL',
  });
  expectSame(JSON.parse(stdout), [...JOBS, ...(redis === undefined ? [] : QUEUE)].sort());
  expectSame(stderr.replace(REQUIRE_WARNING, ''), '');
}

/** The address that the application prints when it listens; `undefined` if it ends before. */
async function address(child) {
  for await (const line of createInterface({ input: child.stdout })) {
    const { listening } = JSON.parse(line);
    if (listening === undefined) continue;
    child.stdout.resume();
    return listening;
  }
  return undefined;
}

function expectSame(found, expected) {
  const [a, b] = [found, expected].map((value) => JSON.stringify(value));
  if (a !== b) throw new Error(`${a} instead of ${b}`);
}
