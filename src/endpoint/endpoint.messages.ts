/** The answer to an invalid reader name. */
export const BAD_READER = 'The reader in the query must have 1 to 50 letters, digits, "_", "-" and "."\n';

export const BAD_PROCESS =
  'The process in the query must be a process id, such as ?process=1234, or ?process=HOSTNAME:1234\n';

export const UNKNOWN_PROCESS = (process: string): string =>
  `Process ${process} is not one of those that answer together. "processes" in the document lists them.\n`;

export const SEVERAL_PROCESSES = (pid: number, names: readonly string[]): string =>
  `Several processes have the id ${pid}. Choose one: ${names.map((name) => `?process=${name}`).join(', ')}\n`;

export const PROCESS_ENDED = (process: string): string =>
  `Process ${process} has ended. Its numbers and its history are part of those of all processes, without "process" in the query.\n`;

export const PROCESS_LATE = (process: string): string =>
  `Process ${process} has not answered for 5 seconds. Its event loop may be blocked.\n`;

export const PROCESS_CANNOT_ANSWER = (process: string, reason: string): string =>
  `Process ${process} cannot answer this: ${reason.trim()}\n`;

export const BAD_FORMAT =
  'The format in the query can be "json" only. For Prometheus, read /prometheus below this path.\n';

export const BAD_RESOLUTION =
  'In the query, schema is a whole number from -4 to 5, and buckets one from 10 to 100000: the resolution of native histograms.\n';

/** The body of a redirect, for a client that does not follow it. */
export const REDIRECTED =
  'The dashboard is at the address in the Location header. For JSON, add ?format=json.\n';

export const NO_HTTP_ADAPTER =
  'The option "port" needs @nestjs/platform-express or @nestjs/platform-fastify, and neither is installed. ' +
  'Install one: npm install @nestjs/platform-express';

export const PORT_FAILED = (port: number, address: string, message: string): string =>
  `The monitor cannot be served at its port ${port} of ${address} (the options "port" and "bindAddress"): ${message}`;

export const PORT_IS_CLOSING = (port: number, seconds: number): string =>
  `Port ${port} is in use by another monitor of this process. Waiting up to ${seconds} s for it to close, ` +
  'as it does when hot reload replaces the application.';

export const SERVED_AT = (url: string): string => `The monitor is at ${url}`;

/** The answer if too many reads are in progress, or too many documents are in memory because clients do not read them. */
export const TOO_MANY_READS = 'There are too many reads under way. Try again later.\n';

/** The answer while the application closes. */
export const CLOSING = 'The application is closing.\n';

export const ANSWER_FAILED = (message: string): string =>
  `An answer of the monitor was aborted, because producing it failed: ${message}`;
