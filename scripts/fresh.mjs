/**
 * Makes a new application as the command line of Nest does, installs the packed package as the README says, imports the
 * module, and runs what every team runs: the build, the start, the unit tests and the end-to-end tests. No
 * configuration is changed.
 *
 *   npm run test:fresh
 *   npm run test:fresh -- --cli 11 --manager npm
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { atEnd, run, temporaryDirectory } from './at-end.mjs';
import { packInto } from './tarball.mjs';
import { freePorts } from './processes/free-port.mjs';

const { values } = parseArgs({ options: { cli: { type: 'string' }, manager: { type: 'string' } } });

/** @nestjs/cli 11 makes CommonJS with Jest and ts-jest, 12 makes ES modules with Vitest. */
const CLIS = ['11', '12'].filter((cli) => [undefined, cli].includes(values.cli));
const NPM_OPTIONS = ['--no-audit', '--no-fund', '--prefer-offline'];
const MANAGERS = [
  { name: 'npm', install: ['npm', 'install', ...NPM_OPTIONS], add: ['npm', 'install', ...NPM_OPTIONS] },
  {
    name: 'npm --legacy-peer-deps',
    install: ['npm', 'install', '--legacy-peer-deps', ...NPM_OPTIONS],
    add: ['npm', 'install', '--legacy-peer-deps', ...NPM_OPTIONS],
  },
  {
    name: 'pnpm',
    package: 'pnpm',
    // Otherwise pnpm fails until the user approves the build script of a package that the command line of Nest depends on.
    install: ['pnpm', 'install', '--ignore-scripts'],
    add: ['pnpm', 'add', '--ignore-scripts'],
  },
  { name: 'yarn 1', package: 'yarn@1', install: ['yarn', 'install'], add: ['yarn', 'add'] },
].filter(({ name }) => [undefined, name].includes(values.manager));

const VARIANTS = [
  { name: 'without a publisher', options: '' },
  {
    name: 'with a publisher',
    options:
      '{ publisher: ({ counters }) => console.log(`published ${counters.hellos}`), publishInterval: 1000 }',
  },
];
/** What Jest prints for a test that leaves something open. */
const LEFT_OPEN = /did not exit one second after|failed to exit gracefully|Cannot log after tests are done/;

/** Milliseconds for one command, also on a busy machine and with a slow network. */
const TIMEOUT = 600_000;

const directory = temporaryDirectory('nestjs-monitor-fresh-');

const began = performance.now();
const tarball = await packInto(directory);
const results = [];
for (const cli of CLIS) {
  for (const manager of MANAGERS) {
    for (const [variant, failure] of await check(cli, manager)) {
      const cell = `@nestjs/cli ${cli}, ${manager.name}, ${variant}`;
      results.push(failure === undefined);
      console.log(failure === undefined ? `ok      ${cell}` : `FAILED  ${cell}: ${failure}`);
    }
  }
}
const seconds = Math.round((performance.now() - began) / 1000);
console.log(`fresh: ${results.filter(Boolean).length} of ${results.length} applications work (${seconds} s)`);
process.exitCode = results.length > 0 && results.every(Boolean) ? 0 : 1;

/** Checks one application with each of the variants. @returns the name of each variant, and the error if it failed. */
async function check(cli, manager) {
  const tools = join(directory, `tools-${cli}-${manager.package ?? 'npm'}`.replace('@', '-'));
  const env = environment(tools);
  const name = `${cli}-${manager.name.replace(/\W+/g, '-')}`;
  const project = join(directory, name);
  try {
    const packages = [`@nestjs/cli@${cli}`, ...(manager.package === undefined ? [] : [manager.package])];
    await run('npm', ['install', ...NPM_OPTIONS, '--prefix', tools, ...packages], { env, timeout: TIMEOUT });
    const options = ['--skip-install', '--skip-git', '--package-manager', 'npm', '--directory', name];
    await command(['nest', 'new', 'shop', ...options], directory, env);
    await command(manager.install, project, env);
    await command([...manager.add, tarball], project, env);
    importMonitor(project);
  } catch (error) {
    return VARIANTS.map(({ name }) => [name, error.message]);
  }
  const outcomes = [];
  for (const { name, options } of VARIANTS) {
    try {
      edit(
        project,
        'src/app.module.ts',
        /MonitorModule\.forRoot\(.*\)\]/,
        `MonitorModule.forRoot(${options})]`,
      );
      await command(['npm', 'run', 'build'], project, env);
      await startAndRead(project, env, options !== '');
      for (const script of ['test', 'test:e2e']) {
        const output = await command(['npm', 'run', script], project, env);
        if (LEFT_OPEN.test(output)) throw new Error(`"npm run ${script}" left something open:\n${output}`);
      }
      outcomes.push([name, undefined]);
    } catch (error) {
      outcomes.push([name, error.message]);
    }
  }
  return outcomes;
}

/** Without what "npm run" has set for this script. */
function environment(tools) {
  const { PATH, HOME, TMPDIR } = process.env;
  mkdirSync(tools, { recursive: true });
  return { PATH: `${join(tools, 'node_modules/.bin')}${delimiter}${PATH}`, HOME, TMPDIR, CI: 'true' };
}

async function command([file, ...args], cwd, env) {
  try {
    const { stdout, stderr } = await run(file, args, {
      cwd,
      env,
      timeout: TIMEOUT,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout + stderr;
  } catch (error) {
    throw new Error(`"${[file, ...args].join(' ')}" failed: ${error.message}\n${error.stdout}`);
  }
}

/** As the README and docs/testing.md say. */
function importMonitor(project) {
  edit(project, 'src/app.module.ts', /^/, "import { MonitorModule } from 'nestjs-monitor';\n");
  edit(project, 'src/app.module.ts', 'imports: []', 'imports: [MonitorModule.forRoot()]');

  edit(project, 'src/app.service.ts', /^/, "import { MonitorService } from 'nestjs-monitor';\n");
  edit(
    project,
    'src/app.service.ts',
    'export class AppService {',
    'export class AppService {\n  constructor(private readonly monitor: MonitorService) {}\n',
  );
  edit(project, 'src/app.service.ts', "return 'Hello", "this.monitor.count('hellos');\n    return 'Hello");

  const imports = "import { MonitorTestingModule } from 'nestjs-monitor/testing';\n";
  edit(project, 'src/app.controller.spec.ts', /^/, imports);
  edit(
    project,
    'src/app.controller.spec.ts',
    'createTestingModule({',
    'createTestingModule({\n      imports: [MonitorTestingModule],',
  );

  const test = `
  it('/monitor (GET)', async () => {
    await request(app.getHttpServer()).get('/').expect(200);
    const { body } = await request(app.getHttpServer()).get('/monitor').expect(200);
    expect(body.counters.hellos).toBe(1);
    const page = await request(app.getHttpServer()).get('/monitor/dashboard').expect(200);
    expect(page.text).toContain('<html');
  });

  afterEach(`;
  edit(project, 'test/app.e2e-spec.ts', '\n  afterEach(', test);
}

function edit(project, file, from, to) {
  const path = join(project, file);
  const text = readFileSync(path, 'utf8');
  const edited = text.replace(from, () => to);
  if (!(from instanceof RegExp ? from.test(text) : text.includes(from))) {
    throw new Error(`${file} has no ${from} any more.`);
  }
  writeFileSync(path, edited);
}

/** Signals a process and all that it has started. */
function signal({ pid }, name) {
  try {
    if (pid !== undefined) process.kill(-pid, name);
  } catch {
    // They have ended.
  }
}

/** Checks that the application started by "npm start" responds at /monitor, and publishes if it should. */
async function startAndRead(project, env, isPublishing) {
  const port = String(await freePorts(1));
  const child = spawn('npm', ['start'], { cwd: project, env: { ...env, PORT: port }, detached: true });
  const forget = atEnd(() => signal(child, 'SIGKILL'));
  const closed = once(child, 'close');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  try {
    const url = `http://127.0.0.1:${port}`;
    await until(async () => (await fetch(url)).text(), `"npm start" does not answer`);
    const { counters } = await (await fetch(`${url}/monitor`)).json();
    if (!(counters.hellos >= 1)) throw new Error(`/monitor shows ${JSON.stringify(counters)}`);
    if (isPublishing) await until(() => /published [1-9]/.test(output) || fail(), 'nothing is published');
  } catch (error) {
    throw new Error(`${error.message}:\n${output}`);
  } finally {
    // npm, the command line of Nest and the application.
    signal(child, 'SIGTERM');
    await Promise.race([closed, sleep(10_000)]);
    signal(child, 'SIGKILL');
    forget();
  }
}

async function until(attempt, message) {
  const end = performance.now() + 120_000;
  for (;;) {
    try {
      return await attempt();
    } catch {
      if (performance.now() > end) throw new Error(message);
      await sleep(200);
    }
  }
}

function fail() {
  throw new Error('not yet');
}
