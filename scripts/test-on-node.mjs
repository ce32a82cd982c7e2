/**
 * Runs all tests on another major version of Node. Further arguments are those of vitest:
 *
 *   npm run test:node -- 24
 *   npm run test:node -- 26 test/module.spec.ts
 *
 * The child processes of the tests run on it too.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const [major = '', ...args] = process.argv.slice(2);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

let node;
try {
  const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] };
  node = execFileSync(process.execPath, [here('node-of.mjs'), major], options).trim();
} catch {
  // node-of.mjs has printed what was wrong.
  process.exit(1);
}
console.log(String(execFileSync(node, ['--version'])).trim());
const { status } = spawnSync(node, [here('../node_modules/vitest/vitest.mjs'), 'run', ...args], {
  stdio: 'inherit',
  env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` },
});
process.exit(status ?? 1);
