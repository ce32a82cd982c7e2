/**
 * An application whose provider injects the MonitorService of the package in the argument: `node copies.cjs nestjs-monitor`, or
 * the path of another copy. It prints only the errors of its start, as JSON.
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
