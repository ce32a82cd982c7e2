import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

/**
 * The processes of test/scripts/work-process.mjs that are alive, however they were started: each keeps a connection from its start
 * to its exit.
 */
export class Processes {
  /** The port of each process that listens, by its pid. */
  ports = new Map();
  /** All events that they have sent, in order, and an `exit` for each that has ended. */
  events = [];
  #server = createServer((socket) => this.#accept(socket));
  #waiting = new Set();

  /** @returns {Promise<number>} the port for WORK_EVENTS */
  async listen() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this.#server.address().port;
  }

  get pids() {
    return [...this.ports.keys()];
  }

  /** Waits until the condition holds, which is checked after each event. */
  async until(condition) {
    while (!condition()) await new Promise((resolve) => this.#waiting.add(resolve));
  }

  close() {
    this.#server.close();
  }

  #accept(socket) {
    let pid;
    socket.on('error', () => {});
    createInterface({ input: socket }).on('line', (line) => {
      const event = JSON.parse(line);
      pid = event.pid;
      if (event.event === 'listening') this.ports.set(pid, event.port);
      this.#take(event);
    });
    socket.on('close', () => {
      this.ports.delete(pid);
      this.#take({ pid, event: 'exit' });
    });
  }

  #take(event) {
    this.events.push(event);
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
