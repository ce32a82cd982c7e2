import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that a system gives to `listen(0)` and to outgoing connections, which would take a port before its program does. */
const FIRST = 20_000;
const LAST = 31_999;

/** Rising, so that a port is not given twice while the first program that got it has not yet started to listen. */
let next = FIRST + Math.floor(Math.random() * (LAST - FIRST));

/** The first of `count` consecutive free ports of 127.0.0.1, for programs that need a port number at their start. */
export async function freePorts(count) {
  for (;;) {
    if (next + count > LAST) next = FIRST;
    const ports = Array.from({ length: count }, () => next++);
    const areFree = await Promise.all(ports.map(isFree));
    if (areFree.every(Boolean)) return ports[0];
  }
}

async function isFree(port) {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
