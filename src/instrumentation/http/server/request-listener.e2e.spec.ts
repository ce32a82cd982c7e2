import { once } from 'node:events';
import type { IncomingMessage, RequestListener as NodeListener, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RequestListener } from './request-listener.js';

describe('RequestListener', () => {
  const start = () => {
    const calls: string[] = [];
    const server = createServer();
    const note = (name: string) =>
      function (this: unknown): void {
        calls.push(this === server ? name : `${name} elsewhere`);
      };
    const answer = (_request: IncomingMessage, response: ServerResponse) => void response.end();
    const tap = () => new RequestListener(server, () => void calls.push('seen'));
    /** Who was called for a request, in this order. */
    const request = async () => {
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
    return { server, note, tap, request };
  };

  it('sees a request before the only one that answers, which is called as the server would call it', async () => {
    const { server, note, tap, request } = start();
    server.on('request', note('framework'));
    tap();
    expect(server.listenerCount('request')).toBe(1);
    expect(await request()).toEqual(['seen', 'framework']);
  });

  it('leaves the answers of an async listener to the server', () => {
    const { server, tap } = start();
    const answer: unknown = Promise.resolve();
    server.on('request', () => answer);
    tap();
    const [listener] = server.rawListeners('request') as ((...args: unknown[]) => unknown)[];
    expect(listener.call(server, {}, {})).toBe(answer);
  });

  it('sees a request before several, and where there is none', async () => {
    const several = start();
    several.server.on('request', several.note('first')).on('request', several.note('second'));
    several.tap();
    expect(await several.request()).toEqual(['seen', 'first', 'second']);
    const none = start();
    none.tap();
    expect(await none.request()).toEqual(['seen']);
  });

  it.each([0, 1, 2])('leaves a server as it was, with %d listeners and those that came later', (count) => {
    const { server, note, tap } = start();
    for (let i = 0; i < count; i++) server.on('request', note(String(i)));
    const before = server.rawListeners('request');
    const [earlier, later] = [note('earlier'), note('later')];
    const tapped = tap();
    server.prependListener('request', earlier).on('request', later);
    tapped.stop();
    expect(server.rawListeners('request')).toEqual([earlier, ...before, later]);
  });

  it('only hands on where somebody else has kept it, once it is stopped', async () => {
    const { server, note, tap, request } = start();
    server.on('request', note('framework'));
    const tapped = tap();
    const [kept] = server.rawListeners('request') as NodeListener[];
    const others = function (this: Server, ...args: Parameters<NodeListener>) {
      kept.apply(this, args);
    };
    server.removeAllListeners('request').on('request', others);
    expect(await request()).toEqual(['seen', 'framework']);
    tapped.stop();
    expect(server.rawListeners('request')).toEqual([others]);
    expect(await request()).toEqual(['framework']);
  });

  it.each([
    ['first', 0],
    ['last', 1],
  ])('sees no more once it is stopped, where there are two and this is the %s', async (_which, stopped) => {
    const { server, note, request } = start();
    const framework = note('framework');
    server.on('request', framework);
    const taps = ['a', 'b'].map((name) => new RequestListener(server, note(name).bind(server)));
    expect(await request()).toEqual(['b', 'a', 'framework']);
    taps[stopped].stop();
    expect(await request()).toEqual(
      [
        ['b', 'framework'],
        ['a', 'framework'],
      ][stopped],
    );
    taps[1 - stopped].stop();
    expect(await request()).toEqual(['framework']);
  });
});
