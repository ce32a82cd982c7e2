/**
 * Bundles the worker of the blocked-loop watchdog into a module that exports it as a text:
 *
 *   node scripts/build-watchdog-worker.mjs          # writes src/diagnostics/blocked-loop/worker.source.ts
 *   node scripts/build-watchdog-worker.mjs --print  # to the standard output
 *
 * A text, and not a file of its own, since a worker file is not found everywhere that the monitor runs: not in the bundle of an
 * application (webpack and esbuild leave the file out), nor from the TypeScript sources under Vitest.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { rolldown } from 'rolldown';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const target = here('../src/diagnostics/blocked-loop/worker.source.ts');

const bundle = await rolldown({
  input: here('../src/diagnostics/blocked-loop/worker/index.ts'),
  platform: 'node',
  transform: { target: 'node20' },
});
const { output } = await bundle.generate({ format: 'cjs', comments: false });
await bundle.close();
const literal = `\`${output[0].code.replace(/[\\`]|\$\{/g, '\\$&')}\``;
const text = `// Made of the files in worker/ by \`npm run build:worker\`. Do not edit.
export const WORKER_SOURCE = ${literal};
`;
const formatted = await format(text, { ...(await resolveConfig(target)), filepath: target });

if (process.argv.includes('--print')) process.stdout.write(formatted);
else writeFileSync(target, formatted);
