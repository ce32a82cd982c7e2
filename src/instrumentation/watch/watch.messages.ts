import { show } from '../../common/show-value.js';

export const NO_ANSWER = (ms: number): string => `there was no answer within ${ms} ms`;

export const NOT_WATCHED = (thing: unknown): string =>
  `watch() was given ${show(thing)}, which it does not know, and does not watch it. It knows a Queue and a Worker of BullMQ, a ` +
  'Pool of pg, a pool of mysql2, a client of ioredis, and anything with a number as its size or length.';

export const BAD_WATCH_NAME = (name: unknown): string =>
  `watch() was given the name ${show(name)}, but a name is a text of 1 to 200 characters. It does not watch it.`;

export const WATCHED_TWICE = (key: string): string =>
  `watch() was given two things for ${show(key)}: give the second one another name. It does not watch it.`;

export const TOO_MANY_WATCHED = (max: number): string =>
  `watch() watches ${max} things already, and none beyond. Is it called for each request?`;
