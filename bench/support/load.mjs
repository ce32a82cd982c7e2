import { once } from 'node:events';
import net from 'node:net';

/**
 * Connections to one server that stay open from one load to the next, so that a load can be small. Each waits for its
 * answer before it asks again.
 *
 * The process does not sleep while a load is on. It would if its server is slower than it is, and the kernel charges waking
 * it up to whoever sends to it: of two servers on one machine, the slower one would pay for that as well.
 */
export class Connections {
  #sockets = [];
  #request;
  /** Bytes of an answer. All are alike, so the next ones are only counted. */
  #length = 0;
  #unsent = 0;
  #unanswered = 0;
  #done;
  #fail;

  /**
   * @param {string} url
   * @param {number} connections
   */
  static async open(url, connections) {
    const { hostname, port, pathname } = new URL(url);
    const self = new Connections();
    self.#request = Buffer.from(`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`);
    for (let i = 0; i < connections; i++) {
      const socket = net.connect(Number(port), hostname).setNoDelay();
      await once(socket, 'connect');
      self.#listenTo(socket);
      self.#sockets.push(socket);
    }
    return self;
  }

  /**
   * Sends so many requests, and waits until all are answered.
   *
   * @param {number} requests
   */
  async send(requests) {
    const letSleep = stayAwake();
    try {
      await new Promise((resolve, reject) => {
        this.#done = resolve;
        this.#fail = reject;
        this.#unsent = this.#unanswered = requests;
        for (const socket of this.#sockets) this.#sendOn(socket);
      });
    } finally {
      this.#fail = undefined;
      letSleep();
    }
  }

  close() {
    for (const socket of this.#sockets) socket.destroy();
  }

  #sendOn(socket) {
    if (this.#unsent === 0) return;
    this.#unsent--;
    socket.write(this.#request);
  }

  #listenTo(socket) {
    let received = 0;
    socket.on('data', (chunk) => {
      if (received === 0 && !chunk.toString('latin1').startsWith('HTTP/1.1 200 ')) {
        this.#fail?.(new Error(`An answer is not a success: ${chunk.toString('latin1').split('\r')[0]}`));
        return;
      }
      received += chunk.length;
      this.#length ||= lengthOf(chunk);
      if (received < this.#length) return;
      received = 0;
      this.#sendOn(socket);
      if (--this.#unanswered === 0) this.#done();
    });
    socket.on('error', (error) => this.#fail?.(error));
    socket.on('close', () => this.#fail?.(new Error('The server has closed a connection.')));
  }
}

/** Of an answer with a `Content-Length`, of which the whole head has come. */
function lengthOf(chunk) {
  const [head] = chunk.toString('latin1').split('\r\n\r\n');
  const [, length] = /^content-length: (\d+)/im.exec(head) ?? [];
  if (length === undefined) throw new Error(`An answer has no length: ${head}`);
  return head.length + 4 + Number(length);
}

/** An event loop that has an immediate to run does not wait for anything. */
function stayAwake() {
  let immediate = setImmediate(function again() {
    immediate = setImmediate(again);
  });
  return () => clearImmediate(immediate);
}
