import { describe, expect, it } from 'vitest';
import { LocalityResolver } from './locality.js';

describe('LocalityResolver', () => {
  const localities = new LocalityResolver();

  it.each([
    [
      'loopback',
      ['127.0.0.1', '127.255.255.255', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '::ffff:7f12:3456'],
    ],
    [
      'private',
      ['10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1', '::ffff:10.0.0.1'],
    ],
    ['private', ['fc00::1', 'fdff::1', 'fe80::1', 'febf::1', 'fe80::1%eth0']],
    ['public', ['8.8.8.8', '9.255.255.255', '11.0.0.0', '172.15.255.255', '172.32.0.0', '192.167.255.255']],
    [
      'public',
      ['192.169.0.0', '169.254.1.1', '0.0.0.0', '::', '::2', '::ffff:8.8.8.8', 'fec0::1', '2001:db8::1'],
    ],
    [
      'unknown',
      [undefined, '', 'localhost', '127.0.0.1 ', '127.1', '256.0.0.1', '::1%lo', '2001:db8::1%eth0', ':::'],
    ],
  ])('are %s for any of %j', (locality, addresses) => {
    for (const address of addresses) {
      expect(localities.of(address)).toBe(locality);
      expect(localities.of(address)).toBe(locality);
    }
  });

  it('are the same for an address that is only claimed', () => {
    const claims = new LocalityResolver();
    for (const address of ['127.0.0.1', '10.0.0.1', '8.8.8.8', 'localhost', 'x'.repeat(10_000)]) {
      expect(claims.ofClaim(address)).toBe(localities.of(address));
    }
  });

  it('stay right after more addresses than are remembered', () => {
    for (let i = 0; i < 5000; i++) localities.of(`8.8.${i >> 8}.${i & 255}`);
    expect(localities.of('127.0.0.1')).toBe('loopback');
    expect(localities.of('8.8.0.1')).toBe('public');
  });
});
