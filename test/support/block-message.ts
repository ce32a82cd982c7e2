/** Begins the message about a block; the second time is in it where the process did not get the CPU all the time, as on a busy machine. */
export const BLOCKED_FOR = String.raw`The event loop was blocked for \d+ ms(?: \(\d+ ms with the time in which the process did not get the CPU\))?`;
