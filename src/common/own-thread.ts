/** Marks a worker thread of the monitor itself, which is not a thread of the application. Jest loads this file for each test file. */
export const OWN_THREAD = Symbol.for('nestjs-monitor.own-thread');
