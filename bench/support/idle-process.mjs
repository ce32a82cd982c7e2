/** An idle application, in a group or alone, started many times by `processes.mjs`. idle-process.mjs [GROUP DIRECTORY] */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MonitorModule } from 'nestjs-monitor';

const [group, directory] = process.argv.slice(2);
class Root {}
Module({
  imports: [MonitorModule.forRoot({ processes: group === undefined ? false : { group, directory } })],
})(Root);
const app = await NestFactory.create(Root, { logger: false });
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send((user + system) / 1e6);
});
process.on('disconnect', () => process.exit());
// The parent may have ended during the start.
if (!process.connected) process.exit();
process.send('ready');
