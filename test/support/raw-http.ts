import { connect } from 'node:net';

/**
 * Sends these bytes over a new socket, and returns everything received until the server closes it.
 *
 * @param to a port of this machine, or the path of a unix socket.
 */
export function sendRaw(to: number | string, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const target = typeof to === 'number' ? { port: to, host: '127.0.0.1' } : { path: to };
    const socket = connect(target, () => socket.write(bytes, 'latin1'));
    let answer = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => (answer += chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}

/** The bytes of one request with `Connection: close`. */
export function requestBytes(method: string, path: string, headers: string[] = [], body = ''): string {
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: 127.0.0.1', 'Connection: close', ...headers];
  if (body !== '') lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** The status of each response in the received text. */
export function statusesOf(answer: string): number[] {
  return [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}
