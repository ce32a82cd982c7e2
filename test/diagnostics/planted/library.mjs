import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SOURCE = `
const cpuTime = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
exports.validateAll = function validateAll(ms) {
  const end = cpuTime() + ms;
  let checks = 0;
  while (cpuTime() < end) checks++;
  return checks;
};

exports.refreshLater = (ms) => setTimeout(refresh, 1, ms);

function refresh(ms) {
  const end = cpuTime() + ms;
  let rounds = 0;
  while (cpuTime() < end) rounds++;
  return rounds;
}
`;

/** A library that keeps the event loop busy by itself, in a directory node_modules. */
export function slowLibrary() {
  const directory = mkdtempSync(join(tmpdir(), 'slow-library-'));
  const file = join(directory, 'node_modules/slow-library/index.js');
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, SOURCE);
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return createRequire(import.meta.url)(file);
}
