import { connect } from 'node:net';

/** Milliseconds until a port that refuses connections is tried again. */
const RETRY = 50;

/** Milliseconds until a request counts as lost: a connection that the primary gave to a worker just killed stays open for ever. */
export const LONGEST_WAIT = 10_000;

/** Recent responses are counted by slots of time: the milliseconds of one slot, and how long slots are kept. */
const [SLOT, KEPT] = [100, 30_000];

/**
 * Sends requests over keep-alive connections, and counts the responses. It parses only what it needs of HTTP: with a client as
 * slow as the server, a million requests would take twice the time.
 */
export class LoadGenerator {
  sent = 0;
  answered = 0;
  /** Sent on a connection that ended before the response, or answered with an error: the process may have counted them, or not. */
  lost = 0;
  /** For each process, the number of responses in each slot of time. */
  #recent = new Map();
  #isStopped = false;

  /** @param {() => number[]} ports that are listened on now */
  constructor(ports, path = '/work') {
    this.ports = ports;
    this.request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
  }

  /** Sends until `total` requests were sent in all, or until {@link stop} is called. */
  async run(total, connections = 64) {
    this.#isStopped = false;
    const clients = Array.from(
      { length: connections },
      (_, i) => new Promise((done) => this.#connect(i, total, done)),
    );
    await Promise.all(clients);
  }

  stop() {
    this.#isStopped = true;
  }

  /** How many requests a process answered in its last milliseconds. */
  answeredBy(pid, milliseconds, now = Date.now()) {
    const slots = [...(this.#recent.get(pid) ?? [])];
    return slots.reduce(
      (sum, [slot, count]) => (slot >= Math.floor((now - milliseconds) / SLOT) ? sum + count : sum),
      0,
    );
  }

  #connect(index, total, done) {
    const ports = this.ports();
    const retry = () => setTimeout(() => this.#connect(index, total, done), RETRY);
    if (ports.length === 0) return void retry();
    const socket = connect(ports[index % ports.length], '127.0.0.1');
    socket.setNoDelay(true);
    socket.setTimeout(LONGEST_WAIT, () => socket.destroy());
    let isWaiting = false;
    let isDone = false;
    let text = '';
    const next = () => {
      if (this.sent >= total || this.#isStopped) {
        isDone = true;
        socket.end();
        return done();
      }
      this.sent++;
      isWaiting = true;
      socket.write(this.request);
    };
    socket.on('connect', next);
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
      if (text.length < end + 4 + length) return;
      isWaiting = false;
      if (text.startsWith('HTTP/1.1 200')) this.#count(Number(/"pid":(\d+)/.exec(text)?.[1]));
      else this.lost++;
      const isClosing = /connection: close/i.test(text.slice(0, end));
      text = '';
      if (isClosing) socket.end();
      else next();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (isWaiting) this.lost++;
      if (!isDone) retry();
    });
  }

  #count(pid) {
    this.answered++;
    const slot = Math.floor(Date.now() / SLOT);
    let slots = this.#recent.get(pid);
    if (slots === undefined) this.#recent.set(pid, (slots = new Map()));
    slots.set(slot, (slots.get(slot) ?? 0) + 1);
    if (slots.size > (2 * KEPT) / SLOT) {
      for (const old of slots.keys()) if (old < slot - KEPT / SLOT) slots.delete(old);
    }
  }
}
