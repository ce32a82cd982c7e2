import { connect } from 'node:net';

/**
 * Sends these bytes over a socket of its own, and gives all that comes back until the server closes it.
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

/** One request, byte for byte as these lines say, on a connection that ends with it. */
export function requestBytes(method: string, path: string, headers: string[] = [], body = ''): string {
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: 127.0.0.1', 'Connection: close', ...headers];
  if (body !== '') lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** The status of each answer in what came back. */
export function statusesOf(answer: string): number[] {
  return [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}
