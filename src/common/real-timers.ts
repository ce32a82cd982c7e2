import {
  clearImmediate,
  clearInterval,
  clearTimeout,
  setImmediate,
  setInterval,
  setTimeout,
} from 'node:timers';

/**
 * Node's timers, kept from when this file was loaded. Fake timers in a test (`mock.timers` of node:test, Sinon, Jest, Vitest)
 * replace the globals. Then a fake clock never comes to its end with an immediate that sets itself again, a read never
 * comes to its end with one that does not run, and a timer that was set before cannot be cleared.
 */
export const realTimers = Object.freeze({
  setTimeout,
  clearTimeout,
  setInterval,
  clearInterval,
  setImmediate,
  clearImmediate,
});
