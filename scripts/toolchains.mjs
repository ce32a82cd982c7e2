/**
 * Uses the packed package with the compilers, bundlers and versions of Jest that applications have:
 *
 *   npm run test:toolchains
 *   npm run test:toolchains -- --only jest
 *
 * docs/compatibility.md has the results. The sources are in test/package/toolchains/.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { atEnd, run, temporaryDirectory } from './at-end.mjs';
import { packInto } from './tarball.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = join(ROOT, 'test/package/toolchains');
const { values } = parseArgs({ options: { only: { type: 'string' } } });
/** Milliseconds for one command, also on a busy machine and with a slow network. */
const TIMEOUT = 600_000;
const { PATH, HOME, TMPDIR } = process.env;
const ENV = { PATH, HOME, TMPDIR, CI: 'true' };

const directory = temporaryDirectory('nestjs-monitor-toolchains-');
const tarball = await packInto(directory);
const results = [];
let projects = 0;
const began = performance.now();

const DECORATORS = { experimentalDecorators: true, emitDecoratorMetadata: true };
const COMMONJS = { module: 'commonjs', target: 'es2022', esModuleInterop: true, skipLibCheck: true };
const TESTS = { testRegex: 'shop\\.spec\\.ts', testTimeout: 120_000 };
const PEERS = [
  'hot-shots@^17',
  '@opentelemetry/api@^1.9',
  '@opentelemetry/sdk-metrics@^2',
  'prom-client@^15',
];

/** `module` and `moduleResolution`, the `type` of the packages that use them, and the first of these compilers that has them. */
const MODULES = [
  ['nodenext', 'nodenext', ['commonjs', 'module'], '5.7'],
  ['node16', 'node16', ['commonjs', 'module'], '5.7'],
  ['node18', 'node16', ['commonjs', 'module'], '5.9'],
  ['node20', 'node16', ['commonjs', 'module'], '5.9'],
  ['commonjs', 'node10', ['commonjs'], '5.7'],
  ['esnext', 'bundler', ['commonjs', 'module'], '5.7'],
  ['preserve', 'bundler', ['commonjs', 'module'], '5.7'],
  ['commonjs', 'bundler', ['commonjs', 'module'], '6.0'],
];

for (const [group, check] of Object.entries({ jest, types, build })) {
  if ([undefined, group].includes(values.only)) await check();
}
const seconds = Math.round((performance.now() - began) / 1000);
console.log(`toolchains: ${results.filter(Boolean).length} of ${results.length} work (${seconds} s)`);
process.exitCode = results.length > 0 && results.every(Boolean) ? 0 : 1;

/** Jest: its versions, those of ts-jest, and its ES modules. */
async function jest() {
  for (const [jestVersion, tsJest, typescript] of [
    ['29', '29.2', '5.7'],
    ['30', '29.4', '5.9'],
  ]) {
    const packages = [`jest@${jestVersion}`, `ts-jest@~${tsJest}`, `typescript@~${typescript}`];
    const project = await makeProject(11, [...packages, '@types/jest@30', '@types/node@20'], 'commonjs');
    for (const { name, pattern } of [
      { name: 'as generated', pattern: '^.+\\.(t|j)s$' },
      { name: '`transform` for `.ts` alone', pattern: '^.+\\.ts$' },
    ]) {
      await attempt(`Jest ${jestVersion}, ts-jest ${tsJest}, ${name}`, () => {
        writeJson(project, 'tsconfig.json', { compilerOptions: { ...COMMONJS, ...DECORATORS } });
        writeJson(project, 'jest.config.json', { ...TESTS, transform: { [pattern]: 'ts-jest' } });
        return runJest(project, process.execPath, []);
      });
    }
    if (jestVersion === '30') {
      await attempt('Jest 30, the application is not closed', () =>
        runJest(project, process.execPath, [], { LEAVE_OPEN: '1' }),
      );
    }
  }
  for (const nest of [11, 12]) {
    const packages = ['jest@30', 'ts-jest@~29.4', 'typescript@~5.9', '@types/jest@30', '@types/node@20'];
    const project = await makeProject(nest, packages, 'module');
    writeJson(project, 'tsconfig.json', {
      compilerOptions: { ...COMMONJS, ...DECORATORS, module: 'esnext', moduleResolution: 'bundler' },
    });
    writeJson(project, 'jest.config.json', {
      ...TESTS,
      extensionsToTreatAsEsm: ['.ts'],
      transform: { '^.+\\.ts$': ['ts-jest', { useESM: true }] },
    });
    for (const major of ['20', '22', '24']) {
      await attempt(`Jest 30 with --experimental-vm-modules, Nest ${nest}, Node ${major}`, async () => {
        const { stdout } = await run(process.execPath, [join(ROOT, 'scripts/node-of.mjs'), major]);
        await runJest(project, stdout.trim(), ['--experimental-vm-modules', '--no-warnings']);
      });
    }
  }
}

async function runJest(project, node, options, env = {}) {
  const args = [...options, 'node_modules/jest/bin/jest.js', '--config', 'jest.config.json'];
  const output = await command([node, ...args], project, env);
  if (/did not exit|failed to exit gracefully|after tests are done/.test(output)) throw new Error(output);
}

function modulesOf(version, nest) {
  return MODULES.filter(([, , , first]) => version >= first)
    .flatMap(([module, moduleResolution, types]) => types.map((type) => ({ module, moduleResolution, type })))
    .filter(({ module, moduleResolution, type }) => {
      if (nest === 11 || type === 'module' || moduleResolution === 'bundler') return true;
      // Nest 12 has only ES modules. Of these, the other module systems cannot load them from CommonJS.
      return module === 'node20' || (module === 'nodenext' && version !== '5.7');
    });
}

/** Declarations, with every option of TypeScript that finds more. */
async function types() {
  const strict = {
    ...DECORATORS,
    strict: true,
    skipLibCheck: false,
    exactOptionalPropertyTypes: true,
    target: 'es2022',
    lib: ['es2023'],
    types: ['node'],
    noEmit: true,
  };
  const versions = ['5.7', '5.9', '6.0'];
  for (const nest of [11, 12]) {
    const compilers = versions.map((version) => `typescript-${version}@npm:typescript@~${version}`);
    const packages = [...PEERS, ...compilers, '@types/node@20', '@types/express@5'];
    const project = await makeProject(nest, packages, 'commonjs');
    for (const version of versions) {
      for (const { module, moduleResolution, type } of modulesOf(version, nest)) {
        await attempt(
          `TypeScript ${version}, Nest ${nest}, ${module}, ${moduleResolution}, ${type}`,
          async () => {
            writeJson(project, 'package.json', { private: true, type });
            const ignored =
              version.startsWith('6') && moduleResolution === 'node10' ? { ignoreDeprecations: '6.0' } : {};
            const compilerOptions = { ...strict, ...ignored, module, moduleResolution };
            writeJson(project, 'tsconfig.json', { compilerOptions, files: ['types.ts'] });
            const compiler = `node_modules/typescript-${version}/bin/tsc`;
            await command([process.execPath, compiler, '--project', '.'], project);
          },
        );
      }
    }
  }
}

/** Bundlers and compilers, on an application of CommonJS. */
async function build() {
  const packages = [
    '@nestjs/cli@11',
    '@nestjs/schematics@11',
    'typescript@~5.9',
    '@types/node@20',
    'ts-loader@9',
  ];
  const tools = ['@swc/cli@^0.7', '@swc/core@^1.13', 'esbuild@^0.28', '@nestjs/schedule@^6', ...PEERS];
  const project = await makeProject(11, [...packages, ...tools], 'commonjs');
  mkdirSync(join(project, 'src'));
  cpSync(join(SOURCES, 'main.ts'), join(project, 'src/main.ts'));
  writeJson(project, 'nest-cli.json', { collection: '@nestjs/schematics', sourceRoot: 'src' });
  const compilerOptions = { ...COMMONJS, ...DECORATORS, outDir: 'dist' };
  writeJson(project, 'tsconfig.json', { compilerOptions, include: ['src'] });
  const nest = ['node_modules/@nestjs/cli/bin/nest.js', 'build'];
  const esbuild = ['node_modules/esbuild/bin/esbuild', 'dist/main.js', '--bundle', '--platform=node'];
  // Packages that Nest loads only if they are installed.
  const missing = ['microservices', 'websockets/socket-module', 'microservices/microservices-module'];
  const external = [...missing.map((name) => `@nestjs/${name}`), 'class-validator', 'class-transformer'].map(
    (name) => `--external:${name}`,
  );
  const bundle = [...esbuild, ...external, '--external:@fastify/static', '--outfile=dist/bundle.js'];
  for (const [name, commands, main] of [
    ['nest build', [nest], 'dist/main.js'],
    ['nest build --webpack', [[...nest, '--webpack']], 'dist/main.js'],
    ['nest build --builder swc', [[...nest, '--builder', 'swc']], 'dist/main.js'],
    ['esbuild, one file, keepNames', [nest, [...bundle, '--keep-names']], 'dist/bundle.js'],
    [
      'esbuild, one file, minified, keepNames',
      [nest, [...bundle, '--minify', '--keep-names']],
      'dist/bundle.js',
    ],
  ]) {
    await attempt(name, async () => {
      rmSync(join(project, 'dist'), { recursive: true, force: true });
      for (const [file, ...args] of commands) {
        const path =
          file.endsWith('.js') || !file.includes('esbuild')
            ? [process.execPath, file]
            : [join(project, file)];
        await command([...path, ...args], project);
      }
      await startAndRead(project, main);
    });
  }
}

async function startAndRead(project, main) {
  const child = spawn(process.execPath, [main], {
    cwd: project,
    env: ENV,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const forget = atEnd(() => child.kill('SIGKILL'));
  const closed = once(child, 'close');
  let errors = '';
  child.stderr.on('data', (data) => (errors += data));
  const timer = setTimeout(() => child.kill('SIGKILL'), 120_000);
  try {
    const { value: line } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
    if (line === undefined) throw new Error(`it does not start: ${errors}`);
    const { listening } = JSON.parse(line);
    await (await fetch(`${listening}/products/1`)).text();
    const job = 'job_runs{job="StockService.reorder",outcome="ok"}';
    let counters;
    do {
      await sleep(50);
      ({ counters } = await (await fetch(`${listening}/monitor`)).json());
    } while (!(counters.reorders > 0));
    if (counters.shown !== 1) throw new Error(`nothing is counted: ${JSON.stringify(counters)}`);
    const route = 'http_requests{method="GET",route="/products/:id",status="200"}';
    for (const name of [job, route]) {
      if (!(counters[name] > 0)) throw new Error(`no ${name} in ${JSON.stringify(counters)}`);
    }
    const page = await fetch(`${listening}/monitor/dashboard`);
    if (page.status !== 200) throw new Error(`the page answers ${page.status}`);
    child.kill('SIGTERM');
    await closed;
    if (errors !== '') throw new Error(errors);
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
    forget();
  }
}

async function makeProject(nest, packages, type) {
  const project = join(directory, `project-${(projects += 1)}`);
  mkdirSync(project);
  writeJson(project, 'package.json', { private: true, type });
  for (const file of ['shop.spec.ts', 'types.ts']) cpSync(join(SOURCES, file), join(project, file));
  const names = ['common', 'core', 'testing', 'platform-express'].map((name) => `@nestjs/${name}@^${nest}`);
  const options = ['--no-audit', '--no-fund', '--prefer-offline', '--legacy-peer-deps'];
  await command(
    ['npm', 'install', ...options, tarball, ...names, 'reflect-metadata', 'rxjs', ...packages],
    project,
  );
  return project;
}

async function attempt(name, check) {
  try {
    await check();
    results.push(true);
    console.log(`ok      ${name}`);
  } catch (error) {
    results.push(false);
    console.log(`FAILED  ${name}: ${error.message}`);
  }
}

async function command([file, ...args], cwd, env = {}) {
  try {
    const { stdout, stderr } = await run(file, args, { cwd, env: { ...ENV, ...env }, timeout: TIMEOUT });
    return stdout + stderr;
  } catch (error) {
    throw new Error(`${error.message}\n${error.stdout}`);
  }
}

function writeJson(project, name, value) {
  writeFileSync(join(project, name), `${JSON.stringify(value, null, 2)}\n`);
}
