import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { RequestListener } from './request-listener.js';

describe('RequestListener', () => {
  let calls: string[];
  let server: Server;

  const note = (name: string) => () => void calls.push(name);
  const listen = (name = 'monitor') =>
    new RequestListener(server, { onRequest: note(name), onDrop: note('drop'), onUpgrade: note('upgrade') });
  const answer = (_request: IncomingMessage, response: ServerResponse) => void response.end();

  /** The listeners that a request is handed to, in order. */
  const request = async (): Promise<string[]> => {
    calls.length = 0;
    server.on('request', answer);
    if (!server.listening) {
      onTestFinished(() => void server.close());
      await once(server.listen(0, '127.0.0.1'), 'listening');
    }
    await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.off('request', answer);
    return [...calls];
  };

  beforeEach(() => {
    calls = [];
    server = createServer();
  });

  it.each([[[]], [['framework']], [['first', 'second']]])(
    'gets a request ahead of the listeners that are there: %j',
    async (names) => {
      for (const name of names) server.on('request', note(name));
      listen();
      expect(await request()).toEqual(['monitor', ...names]);
    },
  );

  it('does not keep the application from removing the listener of the framework', async () => {
    const framework = note('framework');
    server.on('request', framework);
    listen();
    server.off('request', framework);
    expect(await request()).toEqual(['monitor']);
  });

  it.each([0, 1, 2])(
    'leaves the %d listeners of a server and those that came later when it stops',
    (count) => {
      for (let i = 0; i < count; i++) server.on('request', note(String(i)));
      const before = server.rawListeners('request');
      const [earlier, later] = [note('earlier'), note('later')];
      const listener = listen();
      server.prependListener('request', earlier).on('request', later);
      listener.stop();
      expect(server.rawListeners('request')).toEqual([earlier, ...before, later]);
      const others = ['dropRequest', 'upgrade', 'newListener', 'removeListener'];
      expect(others.map((event) => server.listenerCount(event))).toEqual([0, 0, 0, 0]);
    },
  );

  it.each([0, 1])(
    'gets no more requests once it is stopped, where there are two and this is number %i',
    async (at) => {
      server.on('request', note('framework'));
      const listeners = [listen('a'), listen('b')];
      expect(await request()).toEqual(['b', 'a', 'framework']);
      listeners[at]?.stop();
      expect(await request()).toEqual([at === 0 ? 'b' : 'a', 'framework']);
      listeners[1 - at]?.stop();
      expect(await request()).toEqual(['framework']);
    },
  );
});
