import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.spec.ts', 'test/**/*.spec.ts'],
    // A test that installs the packed tarball into a fresh app waits for the registry.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
