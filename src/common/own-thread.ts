/** Marks a worker thread of the monitor itself, which is no thread of the application. */
export const OWN_THREAD = Symbol('nestjs-monitor thread');
