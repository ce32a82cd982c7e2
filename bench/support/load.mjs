import { once } from 'node:events';
import net from 'node:net';

/**
 * Keep-alive connections to one server. They stay open from one load to the next, so that a load can be small. Each sends
 * its next request when it has the response to the previous one.
 *
 * The process does not sleep during a load. Otherwise it would wait for a server that is slower than itself, and the kernel
 * charges the server for waking it: the slower of two servers would be charged more often.
 */
export class Connections {
  #sockets = [];
  #request;
  /** Bytes of a response. All have the same length, so later ones are only counted. */
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
   * Sends this many requests, and waits for all responses.
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
        this.#fail?.(new Error(`A response is not a success: ${chunk.toString('latin1').split('\r')[0]}`));
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

/** The length of a response with `Content-Length`. The chunk contains its whole head. */
function lengthOf(chunk) {
  const [head] = chunk.toString('latin1').split('\r\n\r\n');
  const [, length] = /^content-length: (\d+)/im.exec(head) ?? [];
  if (length === undefined) throw new Error(`A response has no Content-Length: ${head}`);
  return head.length + 4 + Number(length);
}

/** An event loop with a pending immediate does not wait in poll. */
function stayAwake() {
  let immediate = setImmediate(function again() {
    immediate = setImmediate(again);
  });
  return () => clearImmediate(immediate);
}
