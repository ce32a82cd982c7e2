/**
 * Starts profiles: `node profile-starts.mjs small|large STARTS`. Sends how many seconds each start blocked the event loop, by
 * kind, according to the metric of the monitor.
 */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MonitorDiagnostics, MonitorModule, MonitorService } from 'nestjs-monitor';

process.on('disconnect', () => process.exit());
const [size, starts] = process.argv.slice(2);
if (size === 'large') await compileSomething();

class AppModule {}
Module({ imports: [MonitorModule.forRoot({ diagnostics: true })] })(AppModule);
const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
const diagnostics = app.get(MonitorDiagnostics);

// Waiting for the end of a profile does not keep the process alive.
const alive = setInterval(() => {}, 1000);
const seconds = { cpu: [], allocations: [] };
for (let i = 0; i < Number(starts); i++) {
  await diagnostics.cpuProfile({ seconds: 0.1 });
  seconds.cpu.push(await lastStart('cpu'));
  await diagnostics.allocations({ seconds: 0.1 });
  seconds.allocations.push(await lastStart('allocations'));
}
clearInterval(alive);
await app.close();
process.send(seconds, () => process.disconnect());

/** The longest start since the last read. There was only one. */
async function lastStart(profile) {
  const { histograms } = await app.get(MonitorService).metrics(profile);
  return histograms[`monitor_profile_start_seconds{profile="${profile}"}`].max;
}

/** Loads much code, and has V8 optimize some of it. */
async function compileSomething() {
  const { default: typescript } = await import('typescript');
  const source = Array.from({ length: 500 }, (_, i) => `export const f${i} = (n: number) => n + ${i};`).join(
    '\n',
  );
  for (let i = 0; i < 10; i++) typescript.transpileModule(source, {});
}
