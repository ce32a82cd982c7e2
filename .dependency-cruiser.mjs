/**
 * Which part of the source tree may import which. `npm run test:architecture` checks it, type imports included, and
 * `test/architecture.spec.ts` checks these rules.
 *
 * `MAY_IMPORT` is the whole policy: a folder of src/ may import its own files and those of the folders beside its name.
 * Only the module files at the top of src/, and src/wiring, may import everything.
 */
const MAY_IMPORT = {
  // Helpers that know nothing about monitoring: clock, time slicing, deadline, option rules.
  common: [],
  // Checks at the start that Nest and this package are there once, and new enough.
  installation: ['common'],
  // Counters, gauges, histograms and how they are read. Usable without Nest, so it does not import Nest either.
  metrics: ['common'],
  // These record metrics.
  instrumentation: ['metrics', 'common'],
  processes: ['metrics', 'common'],
  diagnostics: ['metrics', 'common'],
  // These read metrics.
  exporters: ['metrics', 'common'],
  publishing: ['metrics', 'common'],
  history: ['metrics', 'common'],
  findings: ['metrics', 'history', 'common'],
  // The history and the findings of several processes as one.
  'group-history': ['metrics', 'history', 'findings', 'processes', 'common'],
  // Who may read. It must not depend on what is read.
  access: ['common'],
  // The HTTP endpoints: they know the guard and what they serve. They do not know how metrics are recorded.
  endpoint: [
    'access',
    'metrics',
    'exporters/prometheus',
    'history',
    'findings',
    'diagnostics',
    'processes',
    'group-history',
    'common',
  ],
};

/** Each exporter is a subpath of its own. Only the prom-client bridge builds on another one, for its metric names. */
const EXPORTERS = {
  prometheus: [],
  opentelemetry: [],
  statsd: [],
  'prom-client': ['prometheus'],
};

/** A subpath of its own, wired like the module files at the top of src/: it may import everything, and nothing imports it. */
const TESTING = 'testing';

/** The providers of each folder, as the module files at the top of src/ pass them on. They may import everything. */
const WIRING = 'wiring';

/** Specs are not shipped, and may use anything. */
const SPEC = '\\.spec\\.ts$';

/** The package that the build bundles into the one module that uses it. */
const BUNDLED = '(^|/)node_modules/pprof-format/';

const SERVICE = '^src/monitor\\.service\\.ts$';

const within = (...folders) => `^src/(${folders.join('|')})/`;

function folderRule([folder, others]) {
  const may = others.length === 0 ? 'nothing of ours' : others.join(', ');
  return {
    name: `${folder}-imports`,
    comment: `src/${folder} may import ${may} besides its own files.`,
    severity: 'error',
    from: { path: within(folder), pathNot: SPEC },
    // A MonitorController of the application passes the service to ours: that is a public promise.
    to: { path: '^src/', pathNot: [within(folder, ...others), ...(folder === 'endpoint' ? [SERVICE] : [])] },
  };
}

function exporterRule([exporter, others]) {
  return {
    name: `exporter-${exporter}-imports`,
    comment: `src/exporters/${exporter} may not import another exporter${others.map((name) => `, but for ${name}`).join('')}.`,
    severity: 'error',
    from: { path: within(`exporters/${exporter}`), pathNot: SPEC },
    to: {
      path: '^src/exporters/',
      pathNot: within(...[exporter, ...others].map((name) => `exporters/${name}`)),
    },
  };
}

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'No file may import itself by way of others, not even for a type.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'known-folders',
      comment: 'A new folder of src/ needs a line in MAY_IMPORT.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: [within(...Object.keys(MAY_IMPORT), TESTING, WIRING), SPEC] },
      to: {},
    },
    ...Object.entries(MAY_IMPORT).map(folderRule),
    ...Object.entries(EXPORTERS).map(exporterRule),
    {
      name: 'testing-is-not-shipped-with-the-module',
      comment: 'Only a test imports src/testing: the application must not load it.',
      severity: 'error',
      from: { path: '^src/', pathNot: [within(TESTING), SPEC] },
      to: { path: within(TESTING) },
    },
    {
      name: 'wiring-is-for-the-module',
      comment: 'Only MonitorCoreModule imports src/wiring.',
      severity: 'error',
      from: { path: '^src/', pathNot: [within(WIRING), '^src/monitor-core\\.module\\.ts$', SPEC] },
      to: { path: within(WIRING) },
    },
    {
      name: 'service-imports',
      comment:
        'MonitorService is the public face of src/metrics, history, findings and watch(), and knows nothing else. That is why others may know it.',
      severity: 'error',
      from: { path: SERVICE },
      to: {
        path: '^src/',
        pathNot: within('metrics', 'history', 'findings', 'instrumentation/watch', 'common'),
      },
    },
    {
      name: 'metrics-without-nest',
      comment: 'src/metrics works without Nest: no import of a Nest package.',
      severity: 'error',
      from: { path: within('metrics'), pathNot: SPEC },
      to: { path: 'node_modules/@nestjs/' },
    },
    {
      name: 'optional-exporters',
      comment:
        'What needs an optional peer dependency is a subpath of the package. An application that does not import the ' +
        'subpath may not load it, not even by way of other files.',
      severity: 'error',
      from: { path: '^src/index\\.ts$' },
      to: { path: '^src/exporters/(opentelemetry|statsd|prom-client)/', reachable: true },
    },
    {
      name: 'no-specs-in-the-package',
      comment: 'Shipped code may not import a spec or the test helpers.',
      severity: 'error',
      from: { path: '^src/', pathNot: SPEC },
      to: { path: [SPEC, '^test/'] },
    },
    {
      name: 'no-dev-dependencies',
      comment:
        'Shipped code may import only what is installed with the package, or bundled into it by scripts/build.mjs.',
      severity: 'error',
      from: { path: '^src/', pathNot: SPEC },
      to: {
        pathNot: BUNDLED,
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['npm', 'npm-peer', 'npm-optional'],
      },
    },
    {
      name: 'resolvable',
      comment: 'Every import leads to a file or an installed package.',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Type imports count: what a type needs to be read is a dependency of the reader.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
    skipAnalysisNotInRules: true,
  },
};
