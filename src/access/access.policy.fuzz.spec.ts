import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Seeded } from '../../test/support/seeded.js';
import { LocalityResolver } from '../common/http/locality.js';
import { AccessPolicy } from './access.policy.js';
import { resolveAccessOptions } from './access.options.js';
import { AddressList, isNetwork } from './address-list.js';
import { forwardedAddresses } from './forwarded.js';
import { hostNameOf } from './host-name.js';
import { proxyHeaderKind } from './proxy-headers.js';

/** The same numbers in every run, so that failures are reproducible. */
function numbersFrom(seed: number): (below: number) => number {
  const random = new Seeded(seed);
  return (below) => random.below(below);
}

const WORDS =
  '127.0.0.1 ::1 [::1] 8.8.8.8 ::ffff:127.0.0.1 10.0.0.1 localhost evil.example.com for= For= by= host= proto=http ' +
  '" \\ \\" ; , = : :80 % / . unknown _x \u0080 \u00ff \u0000 http:// @ [ ] 0 x 127 none';
const PIECES = [...WORDS.split(' '), ' ', '\t', ', ', ''];

/** Parts of headers that are likely to be valid. */
const ELEMENTS = [
  'for=127.0.0.1',
  'FOR="[::1]:80"',
  'for=8.8.8.8',
  ';',
  ',',
  ' ',
  ';by=_x',
  'proto="a\\"b"',
  'for="[::1]"',
];

function textFrom(below: (limit: number) => number, pieces = PIECES): string {
  return Array.from({ length: below(9) }, () => pieces[below(pieces.length)]).join('');
}

const policy = new AccessPolicy(resolveAccessOptions({}), new LocalityResolver());

function decide(headers: string[], remoteAddress = '127.0.0.1') {
  const request = { rawHeaders: headers, url: '/monitor', httpVersionMajor: 1, socket: { remoteAddress } };
  return policy.decide(request as unknown as IncomingMessage);
}

describe('any text at all', () => {
  it('in Forwarded gives addresses or nothing, and lets in by nothing but loopback', () => {
    const below = numbersFrom(1);
    let [read, admitted] = [0, 0];
    for (let i = 0; i < 20_000; i++) {
      const text = textFrom(below, below(2) === 0 ? PIECES : ELEMENTS);
      const addresses = forwardedAddresses(text);
      if (addresses !== undefined) {
        read++;
        expect(addresses.length, text).toBeGreaterThan(0);
        // Each address that was found is in the text as it is, after a "for=".
        for (const address of addresses) expect(text, text).toContain(address);
        expect(text, text).toMatch(/for=/i);
      }
      if (decide(['Host', 'localhost', 'Forwarded', text]).allowed) {
        admitted++;
        expect(
          addresses?.every((address) => /^(127\.|::1$|::ffff:127\.)/.test(address)),
          text,
        ).toBe(true);
      }
    }
    // Otherwise the test would have checked nothing.
    expect([read > 100, admitted > 100]).toEqual([true, true]);
  });

  it('in X-Forwarded-For lets in only if each part of it is a loopback address', () => {
    const below = numbersFrom(2);
    let admitted = 0;
    for (let i = 0; i < 20_000; i++) {
      const text = textFrom(below);
      if (!decide(['Host', 'localhost', 'X-Forwarded-For', text]).allowed) continue;
      admitted++;
      for (const part of text.split(','))
        expect(part).toMatch(/^[ \t]*([0:]*:1|([0:]*:ffff:)?127\.\d+\.\d+\.\d+)[ \t]*$/);
    }
    expect(admitted).toBeGreaterThan(100);
  });

  it('in Host lets in only if it names loopback', () => {
    const below = numbersFrom(3);
    let admitted = 0;
    for (let i = 0; i < 20_000; i++) {
      const text = textFrom(below);
      if (!decide(['Host', text]).allowed) continue;
      admitted++;
      expect(text).toMatch(
        /^(([\w-]+\.)*localhost|127\.\d+\.\d+\.\d+|\[([0:]*:1|[0:]*:ffff:127\.\d+\.\d+\.\d+)\])(:\d{1,5})?$/,
      );
    }
    expect(admitted).toBeGreaterThan(100);
  });

  it('in Origin and Sec-Fetch-Site lets in nothing but what is our own', () => {
    const below = numbersFrom(4);
    for (let i = 0; i < 20_000; i++) {
      const text = textFrom(below);
      const [origin, site] = [
        decide(['Host', 'localhost', 'Origin', text]),
        decide(['Host', 'localhost', 'Sec-Fetch-Site', text]),
      ];
      expect(origin.allowed, text).toBe(text === 'http://localhost');
      expect(site.allowed, text).toBe(text === 'none');
    }
  });

  it('as a header of any name never turns a no into a yes', () => {
    const below = numbersFrom(5);
    const names = [
      'Host',
      'Forwarded',
      'X-Forwarded-For',
      'Via',
      'Origin',
      'Authorization',
      'X-Real-IP',
      'Sec-Fetch-Site',
    ];
    const pair = (): string[] => [names[below(names.length)] ?? '', textFrom(below)];
    for (let i = 0; i < 20_000; i++) {
      const headers = ['Host', 'localhost', ...Array.from({ length: below(3) }, pair).flat()];
      if (decide(headers).allowed) continue;
      expect(decide([...headers, ...pair()]).allowed, JSON.stringify(headers)).toBe(false);
    }
    for (const address of ['8.8.8.8', '10.0.0.1', '', 'localhost']) {
      expect(decide(['Host', 'localhost', ...pair(), ...pair()], address).allowed).toBe(false);
    }
  });

  it('is no address in a list of them unless it is one, and no network unless it can be listed', () => {
    const below = numbersFrom(6);
    const list = new AddressList(['127.0.0.0/8', '::/0']);
    for (let i = 0; i < 20_000; i++) {
      const text = textFrom(below);
      if (list.has(text)) expect(isIP(text), text).not.toBe(0);
      const name = hostNameOf(text);
      if (name !== undefined) expect(text.toLowerCase().startsWith(name)).toBe(true);
      if (isNetwork(text)) expect(() => new AddressList([text])).not.toThrow();
      const network = `${below(256)}.${below(256)}.${below(4) * 64}.0/${below(34)}`;
      if (isNetwork(network))
        expect(new AddressList([network]).has(network.split('/')[0] ?? ''), network).toBe(true);
    }
  });

  it('is a name of a header like any other, if no proxy is known to add it', () => {
    const below = numbersFrom(7);
    for (let i = 0; i < 5000; i++) {
      expect(proxyHeaderKind(`a${textFrom(below)}`)).toBe(undefined);
    }
    for (const name of [
      'accept',
      'user-agent',
      'connection',
      'cookie',
      'referer',
      'x-request-id',
      'traceparent',
    ]) {
      expect(proxyHeaderKind(name)).toBe(undefined);
    }
  });
});

describe('a very long header', () => {
  const repeated = [
    '127.0.0.1,',
    'for=127.0.0.1;',
    'for="',
    '\\',
    '\\"',
    '"',
    ' ',
    '\t ',
    ',',
    ';',
    ':',
    '[',
    '.',
    'a.',
    '-',
    '=',
  ];
  const names = ['Forwarded', 'X-Forwarded-For', 'Host', 'Origin', 'Sec-Fetch-Site', 'Authorization'];

  it('is read in steps that grow as it does, and no faster', () => {
    // A megabyte, more than sixty times what Node accepts: anything slower than linear would not finish.
    const withToken = new AccessPolicy(
      resolveAccessOptions({ token: 'x'.repeat(16) }),
      new LocalityResolver(),
    );
    for (const name of names) {
      for (const piece of repeated) {
        for (const text of [piece.repeat(1e6 / piece.length), `for="${piece.repeat(1e6 / piece.length)}x`]) {
          const headers = name === 'Host' ? ['Host', text] : ['Host', 'localhost', name, text];
          const request = {
            rawHeaders: headers,
            url: '/',
            httpVersionMajor: 1,
            socket: { remoteAddress: '::1' },
          };
          expect(withToken.decide(request as unknown as IncomingMessage).allowed).toBe(false);
        }
      }
    }
  });
});
