/**
 * Loads packages in both ways in one process, as happens when one dependency of an application is ESM and another
 * one CommonJS. Prints which exports differ, and whether the classes of one can be used to get the providers of the other.
 *
 *   node both.mjs import|require
 *
 * The argument is the way that is used first.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const [first] = process.argv.slice(2);

async function loadBothWays(name) {
  const required = first === 'require' ? require(name) : undefined;
  const imported = await import(name);
  return { imported, required: required ?? require(name) };
}

const different = [];
for (const name of ['nestjs-monitor', '@nestjs/schedule']) {
  const { imported, required } = await loadBothWays(name);
  const names = Object.keys(required).filter((key) => key !== '__esModule');
  different.push(...names.filter((key) => imported[key] !== required[key]));
}

const { imported: nest } = await loadBothWays('@nestjs/core');
const { imported, required } = await loadBothWays('nestjs-monitor');
const app = await nest.NestFactory.createApplicationContext(
  imported.MonitorModule.forRoot({ publisher: () => {} }),
  { logger: false },
);
app.get(required.MonitorService).count('seen');
const { counters } = await app.get(imported.MonitorService).metrics();
await app.close();

console.log(JSON.stringify({ exports: Object.keys(imported), different, counted: counters.seen }));
