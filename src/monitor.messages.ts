import { inspect } from 'node:util';
import type { CollectorTexts } from './collectors/collectors.js';
import type { Refusal } from './metrics/series/admission.js';
import { MAX_NAME_LENGTH } from './metrics/series/admission.js';
import type { RefusalReason } from './http/access/judgement.js';
import { MAX_LABEL_LENGTH, MAX_LABELS } from './metrics/series/labels.js';
import type { RegistryTexts } from './metrics/registry-options.js';
import { OVERFLOWED_SAMPLES, REJECTED_SAMPLES } from './metrics/registry.js';

/** A value as it stands in a message: on one line, short, and never the cause of another error. */
function show(value: unknown): string {
  try {
    const text = onOneLine(
      value instanceof Error
        ? String(value)
        : inspect(value, { depth: 0, breakLength: Infinity, maxStringLength: 80, maxArrayLength: 5 }),
    );
    return text.length > 120 ? `${text.slice(0, 117)}...` : text;
  } catch {
    return `a value of type ${typeof value}`;
  }
}

/** A text of which somebody else may have chosen a part, with nothing in it that a log would take for another line. */
function onOneLine(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    character === '\n' ? '\\n' : `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

/** Says what a value is and not what is in it, for there may be a secret in there. */
function kindOf(value: unknown): string {
  return value === null || typeof value === 'object'
    ? Object.prototype.toString.call(value)
    : `a ${typeof value}`;
}

/** What was thrown, as it stands in a log line. Anything can be thrown, `null` and hostile objects included. */
export function describeThrown(thrown: unknown): { message: string; stack?: string } {
  try {
    if (thrown instanceof Error) return { message: String(thrown), stack: String(thrown.stack) };
  } catch {
    // An error whose own properties throw: what inspect() makes of it will do.
  }
  return { message: show(thrown) };
}

export const BAD_OPTION = (option: string, value: unknown, allowed: string): string =>
  `MonitorModule: the option "${option}" is ${show(value)}, but must be ${allowed}.`;

export const UNKNOWN_OPTION = (option: string, value: unknown, known: readonly string[]): string =>
  `MonitorModule: there is no option "${option}" (it was given as ${show(value)}). Allowed are ${known.join(', ')}.`;

export const BAD_OPTIONS = (value: unknown): string =>
  `MonitorModule: the options are ${kindOf(value)}, but must be an object.`;

export const ASYNC_CONTROLLER_CLASS =
  'false when it comes from a factory: Nest reads the guards of a controller before any factory runs, ' +
  'so a controller class stands beside useFactory, in forRootAsync({ controller, useFactory })';

export const NO_ASYNC_SOURCE =
  'MonitorModule.forRootAsync() needs one of useFactory (a function), useClass and useExisting to get its options from.';

export const UNKNOWN_ASYNC_OPTION = (option: string, known: readonly string[]): string =>
  `MonitorModule: there is no "${option}" in forRootAsync(). What the factory gives are the options; beside it stand ` +
  `${known.join(', ')}.`;

/** What a client gets that calls itself something else. */
export const BAD_READER = 'The reader in the query is called by 1 to 50 letters, digits, "_", "-" and "."\n';

/** All that a client gets to know that is not let in. */
export const FORBIDDEN = 'Forbidden\n';

/** Once for each reason. */
export const REFUSED = (reason: RefusalReason, detail: string): string =>
  `The monitor refused a request: ${REFUSED_BECAUSE[reason]} (${onOneLine(detail.slice(0, 200))}). It answers 403 to all such requests, ` +
  'and logs only this one.';

const REFUSED_BECAUSE: Record<RefusalReason, string> = {
  headers: 'it has more headers than can be looked through',
  token: 'it brings an Authorization that is not the token',
  peer: 'it does not come from this machine. The options "allow", "token" and "port" are for readers elsewhere',
  unix: "it came over a unix socket, behind which there usually is a proxy. The option allow: ['unix'] lets it in",
  forwarded: 'it was forwarded for somebody who is not let in',
  proxy: 'it has a header that only a proxy adds, and so may come from anywhere',
  host: 'its Host does not name this machine. The option "allowedHosts" has room for other names',
  browser: 'a page of another origin sent it',
  filter: 'the requestFilter did not let it in',
  'filter-error': 'the requestFilter failed',
  unreadable: 'it could not be judged',
};

export const FILTER_TOO_SLOW = (ms: number): string => `not settled after ${ms} ms`;

export const FILTER_STOPPED = 'not settled when the application closed';

export const ALLOWS_EVERYBODY =
  'The option "allow" has a network of everybody (/0) in it: the monitor can be read from wherever the server can be reached.';

export const RISKY_LISTENER =
  'This application listens to other machines, and trusts proxies, so there may be one before it. A proxy on this machine ' +
  'that adds no header of its own looks to the monitor like a reader on this machine, and lets everybody in that it ' +
  'forwards for. Give the monitor a port of its own, with the option "port", or a "token".';

export const NO_HTTP_ADAPTER =
  'The monitor has a port of its own, and needs @nestjs/platform-express or @nestjs/platform-fastify for it. Install either.';

export const PORT_FAILED = (port: number, address: string, message: string): string =>
  `The monitor cannot be served at its port ${port} of ${address} (the options "port" and "bindAddress"): ${message}`;

export const SERVED_AT = (url: string): string => `The monitor is at ${url}`;

export const PORT_WITHOUT_ENDPOINT =
  'not given when controller is false, since there is no endpoint to serve there then';

export const ASYNC_DECORATORS =
  'not given by a factory: Nest reads what is on a controller before any factory runs, so they stand beside useFactory, ' +
  'in forRootAsync({ decorators, useFactory })';

export const NOT_CONFIGURED =
  'MonitorModule was imported as a bare class. Import MonitorModule.forRoot(), with or without options.';

export const IMPORTED_TWICE =
  'MonitorModule.forRoot() was imported twice in this application, which would make two sets of counts. ' +
  'Import it once, in the root module: it is global, so every provider can inject MonitorService without importing it.';

export const NOBODY_LISTENS =
  'This application has no HTTP server to serve the monitor from, and no publisher: nobody will see the numbers. ' +
  'Give MonitorModule.forRoot() a publisher, or read MonitorService.metrics() yourself.';

export const INTERVAL_NAME_TAKEN = (name: string): string =>
  `The SchedulerRegistry has an interval named "${name}" already. The publisher runs all the same, unseen by the registry.`;

export const PUBLISH_FAILED = (publisher: string, message: string): string =>
  `${publisher} failed. Its window is kept for its next call, if there is one. It was: ${message}`;

export const PUBLISHER_NOT_CLOSED = (publisher: string, message: string): string =>
  `afterLastPublish() of ${publisher} failed: ${message}`;

export const PUBLISH_TIMED_OUT = (ms: number): string => `not finished after ${ms} ms`;

/** What the metrics of HTTP requests say of themselves. */
export const HTTP_HELP = {
  requests:
    'HTTP requests that have ended, by method, pattern of the route, and status that the client was sent.',
  duration: 'From the beginning of an HTTP request to the end of its answer.',
  responses: 'HTTP responses by the class of their status.',
  aborted: 'HTTP requests whose answer was not complete when the connection ended.',
  inFlight: 'HTTP requests that have begun and not ended.',
};

export const BROKEN_HTTP_IGNORE = (given: unknown): string =>
  `The option http.ignore gave or threw ${show(given)}, and not true or false. The request counts. ${COUNTED_ALL}`;

export const BAD_HTTP_LABELS = (given: unknown): string =>
  `The option http.labels gave or threw ${show(given)}, which are no labels: at most ${MAX_LABELS} texts, numbers or ` +
  `booleans with names and texts of at most ${MAX_LABEL_LENGTH} characters. The request counts without them. ${COUNTED_ALL}`;

const COUNTED_ALL = `Such requests are counted in ${REJECTED_SAMPLES}, and warned of once.`;

export const COLLECTOR_TEXTS: CollectorTexts = {
  failed: (collector, thrown) =>
    `${collector} failed, and the document is made without what it would have said. Such calls are counted in ` +
    `monitor_failed_collects; this collector is warned of once. It was: ${describeThrown(thrown).message}`,
  timedOut: (ms) => `not finished after ${ms} ms, and not called again until it is`,
};
/** What Prometheus is told of a metric that nobody has described. */
export const NO_HELP = (kind: string, name: string): string => `The ${kind} "${name}".`;

export const EXTREME_HELP = {
  min: (help: string): string => `The lowest value since the last scrape of: ${help}`,
  max: (help: string): string => `The highest value since the last scrape of: ${help}`,
};

/** What a client gets when there are too many that take their time. */
export const TOO_MANY_SCRAPES = 'There are too many scrapes under way. Try again later.\n';

export const REGISTRY_TEXTS: RegistryTexts = {
  refused: (name, refusal, maxSeries) =>
    `A sample for ${show(name)} was dropped: ${REFUSALS[refusal](maxSeries)}. ${COUNTED}`,
  badValue: (name, value) =>
    `A sample for ${show(name)} was dropped, for it is ${show(value)}: a sample is a finite number, and what is ` +
    `added to a counter is not negative. ${COUNTED}`,
  badDescription: (name, description) =>
    `describe(${show(name)}, ${show(description)}) was ignored: help and unit are texts of at most 1000 characters, ` +
    `buckets 1 to 200 ascending numbers, for a metric that does not exist yet. It is counted in ${REJECTED_SAMPLES}.`,
  overflow: (name, maxSeries) =>
    `The metric ${show(name)} has more label sets than there is room for (maxSeries = ${maxSeries}, half of it for one ` +
    `metric). Further ones go to its {overflow="true"} series, and are counted in ${OVERFLOWED_SAMPLES}. Does a label ` +
    'differ from request to request?',
};

const REFUSALS: Record<Refusal, (maxSeries: number) => string> = {
  'bad name': () => `a name is a string of 1 to ${MAX_NAME_LENGTH} characters`,
  'bad labels': () =>
    `labels are an object of at most ${MAX_LABELS} texts, numbers or booleans, with names and texts of at most ` +
    `${MAX_LABEL_LENGTH} characters`,
  'other kind': () => 'the name is that of a metric of another kind (counter, gauge or histogram)',
  'no room': (maxSeries) =>
    `there are maxSeries = ${maxSeries} series already, and perhaps something that differs from request to request in the name`,
};

const COUNTED = `Such samples are counted in ${REJECTED_SAMPLES}; this name is warned of once.`;
