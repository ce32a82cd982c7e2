import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const CLIENT = fileURLToPath(new URL('outgoing-process.mjs', import.meta.url));
const SERVER = `
  process.on('disconnect', () => process.exit());
  const server = require('node:http').createServer((request, response) => response.end('ok'));
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
`;

/** How requests are measured, by the name of the variant. */
export const VARIANTS = {
  bare: 'not measured',
  again: 'not measured, a second time',
  subscribers: 'not measured, an empty function on each channel',
  off: 'nestjs-monitor with `outgoing: false`',
  monitor: 'nestjs-monitor',
  opentelemetry: "OpenTelemetry's instrumentation, metrics only",
};

const COUNTING = ['monitor', 'opentelemetry'];

/** Starts a server that answers at once. */
export async function startServer() {
  const server = fork('-e', [SERVER], { execPath: process.execPath, execArgv: [] });
  const [port] = await once(server, 'message');
  return { url: `http://127.0.0.1:${port}/`, stop: () => server.kill() };
}

/** A process that sends requests on command. */
export class OutgoingClient {
  #child;
  #title;
  #isCounting;
  #sent = 0;

  /**
   * @param {string} variant a key of `VARIANTS`
   * @param {string} client `fetch` or `http`
   * @param {string} url where it sends its requests
   * @param {{ execPath?: string, execArgv?: string[] }} [runner] what runs it, by default this Node
   */
  static async start(variant, client, url, runner) {
    const child = fork(CLIENT, [variant, client, url], runner);
    await answerOf(child);
    return new OutgoingClient(child, `${variant} by ${client}`, COUNTING.includes(variant));
  }

  constructor(child, title, isCounting) {
    this.#child = child;
    this.#title = title;
    this.#isCounting = isCounting;
  }

  get pid() {
    return this.#child.pid;
  }

  /** @returns {Promise<number>} the microseconds of CPU for one request */
  async send(requests) {
    this.#child.send({ requests });
    const { microseconds } = await answerOf(this.#child);
    this.#sent += requests;
    return microseconds;
  }

  /** Throws if an instrumentation has not counted all requests. */
  async check() {
    this.#child.send({});
    const { seen } = await answerOf(this.#child);
    if (this.#isCounting && seen < this.#sent)
      throw new Error(`${this.#title} has seen ${seen} of ${this.#sent} requests`);
  }

  stop() {
    this.#child.kill('SIGKILL');
  }
}

/** The next message of the child. It fails if the child ends. */
async function answerOf(child) {
  const ended = new AbortController();
  const onExit = () => ended.abort(new Error('The client has ended.'));
  child.once('exit', onExit);
  try {
    const [message] = await once(child, 'message', { signal: ended.signal });
    return message;
  } finally {
    child.off('exit', onExit);
  }
}
