import {
  clearImmediate,
  clearInterval,
  clearTimeout,
  setImmediate,
  setInterval,
  setTimeout,
} from 'node:timers';

/**
 * Node's own timers, kept from when this file was loaded. Fake timers (node:test, Sinon, Jest, Vitest) replace the globals.
 * With those, running all fake timers would never end because of an immediate that sets itself again, a read would wait for
 * an immediate that does not run, and a timer that was set before could not be cleared.
 */
export const realTimers = Object.freeze({
  setTimeout,
  clearTimeout,
  setInterval,
  clearInterval,
  setImmediate,
  clearImmediate,
});
