import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MonitorModule, MonitorService } from 'nestjs-monitor';

/**
 * The `MonitorService` of a standalone application.
 *
 * @param {import('nestjs-monitor').MonitorOptions} [options]
 */
export async function createMonitor(options) {
  class Root {}
  Module({ imports: [MonitorModule.forRoot(options)] })(Root);
  const context = await NestFactory.createApplicationContext(Root, { logger: false });
  return context.get(MonitorService);
}
