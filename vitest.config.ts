import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** A spec beside its source that opens a socket or starts a process. Without it, `no-network.ts` makes it fail. */
const E2E = 'src/**/*.e2e.spec.ts';

/** What installs packages from the registry: these take minutes. */
const PACKAGE = ['test/package.spec.ts', 'test/documentation/steps.spec.ts'];

/** No test passes or fails by its speed. These end one that hangs, also on a busy machine and on a slow network. */
const timeouts = { testTimeout: 240_000, hookTimeout: 240_000, expect: { poll: { timeout: 60_000 } } };

/** The files of the dashboard are made by the build. They are not among the sources. */
const resolve = {
  alias: [
    {
      find: /^\.\/page-files\.js$/,
      replacement: fileURLToPath(new URL('build/endpoint/dashboard/page-files.js', import.meta.url)),
    },
  ],
};

export default defineConfig({
  test: {
    // Most tests wait for a process or a socket: two files at a time, also where there are only two processors.
    maxWorkers: 2,
    projects: [
      {
        resolve,
        test: {
          name: 'unit',
          include: ['src/**/*.spec.ts', 'test/architecture.spec.ts'],
          exclude: [E2E],
          ...timeouts,
          setupFiles: ['test/support/no-network.ts'],
        },
      },
      {
        resolve,
        test: {
          name: 'e2e',
          include: [E2E, 'test/**/*.spec.ts'],
          exclude: ['test/architecture.spec.ts', 'test/package/toolchains/**', ...PACKAGE],
          ...timeouts,
        },
      },
      {
        test: {
          name: 'package',
          include: PACKAGE,
          ...timeouts,
        },
      },
    ],
  },
});
