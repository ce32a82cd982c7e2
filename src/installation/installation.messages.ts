export const UNSUPPORTED_NEST = (version: string): string =>
  `nestjs-monitor needs Nest 11 or 12, and this application runs on Nest ${version}. Update it: https://docs.nestjs.com/migration-guide`;

export const SECOND_NEST = (application: string, ours: string): string =>
  `There are two copies of @nestjs/core: the application runs on ${application}, and nestjs-monitor loads ${ours}. ` +
  'Keep one, so that both share its classes: "npm ls @nestjs/core" shows where they come from.';

export const SECOND_MONITOR = (consumer: string, provided: string, injected: string): string =>
  `There are two copies of nestjs-monitor: the application imports ${provided}, and ${consumer} uses ${injected}. ` +
  'Keep one, so that both share its classes: "npm ls nestjs-monitor" shows where they come from.';
