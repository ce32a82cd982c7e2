import { get } from 'node:http';
import { LONGEST_WAIT } from './load-generator.mjs';

/** @returns the parsed response; `undefined` if the connection was lost, the status is not 200, or nothing arrived for a long time. */
export function getJson(port, path) {
  return new Promise((resolve) => {
    const request = get({ port, host: '127.0.0.1', path, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (piece) => (body += piece));
      response.on('end', () => resolve(response.statusCode === 200 ? JSON.parse(body) : undefined));
      response.on('error', () => resolve(undefined));
    });
    request.setTimeout(LONGEST_WAIT, () => request.destroy());
    request.on('error', () => resolve(undefined));
  });
}

/** Reads the document until this many processes have answered in time and none is late. */
export async function readAll(port, count, query = '') {
  for (;;) {
    const document = await getJson(port, `/monitor${query}`);
    const states = document?.processes?.map(({ state }) => state) ?? [];
    if (!states.includes('late') && states.filter((state) => state === 'ok').length === count)
      return document;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
