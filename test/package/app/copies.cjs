/**
 * An application whose provider injects the MonitorService that this file gives: `node copies.cjs nestjs-monitor`, or that of
 * another copy of the package. It prints what the start failed with, and that is all it says.
 */
require('reflect-metadata');
const { Inject, Injectable, Module } = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');
const { MonitorModule } = require('nestjs-monitor');

const { MonitorService } = require(process.argv[2]);

class User {}
Injectable()(User);
Inject(MonitorService)(User, undefined, 0);
class Root {}
Module({ imports: [MonitorModule.forRoot()], providers: [User] })(Root);

const lines = [];
const logger = { log() {}, warn() {}, error: (text) => lines.push(String(text).replace(/^Error: /, '')) };
NestFactory.createApplicationContext(Root, { logger, abortOnError: false })
  .then((app) => app.close())
  .catch((error) => lines.push(error.message))
  .finally(() => console.log(JSON.stringify([...new Set(lines)])));
