import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { MonitorController } from './endpoint/monitor.controller.js';
import { MonitorOptionsError } from './common/options/monitor-options.error.js';
import type { MonitorOptions } from './monitor.options.js';
import { resolveMonitorOptions } from './monitor.options.js';

function refusal(options: unknown): MonitorOptionsError {
  try {
    resolveMonitorOptions(options as MonitorOptions);
  } catch (error) {
    if (error instanceof MonitorOptionsError) return error;
    throw error;
  }
  throw new Error('the options were accepted');
}

const hostile = new Proxy(
  {},
  {
    get: () => {
      throw new Error('hostile');
    },
    ownKeys: () => {
      throw new Error('hostile');
    },
  },
);

/** As `[,]` is. */
const WITH_A_HOLE = Object.assign([], { length: 1 });

describe('the options', () => {
  it('all have a default', () => {
    const defaults = {
      publishers: [],
      publishInterval: 10_000,
      publishTimeout: 10_000,
      dashboard: true,
      history: { minutes: 60, series: 300 },
      measureInterval: 100,
      path: 'monitor',
      host: undefined,
      controller: undefined,
      decorators: [],
      port: { port: undefined, bindAddress: '127.0.0.1' },
      interceptor: true,
      http: {
        isIgnored: undefined,
        buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
        hasOwnBuckets: false,
        bodySizes: false,
        ownEndpoint: false,
        labels: undefined,
      },
      maxSeries: 10_000,
      exportNames: { prefix: '', labels: {} },
      exclude: ['heap_space_*'],
      collectors: { process: true, eventLoop: true, memory: true, gc: true, own: [] },
      diagnostics: {
        isOn: false,
        blockThreshold: undefined,
        profiles: false,
        report: false,
        heapSnapshot: false,
      },
      captures: undefined,
      outgoing: true,
      jobs: true,
      processes: { kind: 'auto' },
    };
    const { access, ...others } = resolveMonitorOptions();
    expect(others).toEqual(defaults);
    const nobodyElse = {
      allowUnix: false,
      allowedHosts: new Set(),
      token: undefined,
      requestFilter: undefined,
    };
    expect(access).toMatchObject(nobodyElse);
    expect(resolveMonitorOptions({})).toEqual({ ...defaults, access });
    expect(
      resolveMonitorOptions({ publisher: undefined, publishInterval: undefined, path: undefined }),
    ).toEqual({ ...defaults, access });
  });

  it('give a publisher as long as its interval, unless they say otherwise', () => {
    expect(resolveMonitorOptions({ publishInterval: 500 }).publishTimeout).toBe(500);
    expect(resolveMonitorOptions({ publishInterval: 500, publishTimeout: 200 }).publishTimeout).toBe(200);
  });

  describe.each(['publishInterval', 'publishTimeout', 'measureInterval'])('%s', (option) => {
    it.each([
      0,
      -5,
      Number.NaN,
      Infinity,
      -Infinity,
      2 ** 31,
      1.5,
      0.5,
      '',
      ' 10',
      '10ms',
      '-5',
      '1.5',
      '1e3',
      '0x10',
      null,
      true,
      10n,
      [],
      {},
      () => 10,
    ])('is refused as %s, with its name, the value and what is allowed', (value) => {
      const error = refusal({ [option]: value });
      expect(error).toMatchObject({ name: 'MonitorOptionsError', option, value });
      expect(error.message).toContain(`"${option}"`);
      expect(error.message).toContain('a whole number of milliseconds from 1 to 2147483647');
    });

    it.each([1, 100, 2 ** 31 - 1])('is taken as %d', (value) => {
      expect(resolveMonitorOptions({ [option]: value })).toHaveProperty(option, value);
    });
  });

  it('say in their error what the value was', () => {
    expect(refusal({ publishInterval: '10s' }).message).toContain(`is '10s', but must be`);
    expect(refusal({ publishInterval: -5 }).message).toContain('is -5, but must be');
    expect(refusal({ path: 'a b' }).message).toContain(`is 'a b', but must be`);
  });

  it.each([
    [
      'path',
      [
        '',
        ' ',
        'a b',
        '/',
        'a//b',
        '../x',
        'a/../b',
        './a',
        '.',
        ':id',
        'a/*',
        'a?b',
        'a#b',
        'ä',
        '%20',
        7,
        null,
        ['a'],
      ],
    ],
    [
      'host',
      [
        '',
        'a b',
        'a/b',
        7,
        null,
        'http://a',
        'localhost:3000',
        '*',
        ':',
        '::',
        '[',
        '[::1]',
        'x'.repeat(300),
      ],
    ],
    [
      'publisher',
      [
        null,
        7,
        'x',
        {},
        { publish: 7 },
        [null],
        [() => {}, 7],
        true,
        class {
          publish(): void {}
        },
      ],
    ],
    ['controller', [true, null, 'x', class {}, () => {}, MonitorController.prototype]],
    ['decorators', [null, {}, () => {}, [7], ['Public'], [undefined], WITH_A_HOLE, [class PublicGuard {}]]],
    ['port', [-1, 65_536, 1.5, Number.NaN, '65536', null, true]],
    ['bindAddress', ['', 'localhost', '127.1', '10.0.0.0/8', '127.0.0.1:80', '[::1]', 7, null]],
    [
      'allow',
      [
        null,
        '10.0.0.0/8',
        {},
        [7],
        [''],
        [' 10.0.0.1'],
        ['10.0.0.1/8'],
        ['10.0.0.0/33'],
        ['10.0.0.0/08'],
        ['10.0.0.0/'],
        ['10.0.0.0/-1'],
        ['10.0.0.0/8/8'],
        ['10.0.0'],
        ['10.0.0.0-10.0.0.9'],
        ['10.0.0.*'],
        ['010.0.0.1'],
        ['localhost'],
        ['unix:/tmp/x'],
        ['Unix'],
        ['fd00::1/8'],
        ['fd00::/129'],
        ['fe80::1%eth0'],
        ['::ffff:10.0.0.1'],
        ['::ffff:10.0.0.0/104'],
        ['*'],
        ['10.0.0.0/8', 'x'],
        Array.from({ length: 1001 }, () => '10.0.0.1'),
        WITH_A_HOLE,
      ],
    ],
    [
      'allowedHosts',
      [
        null,
        'a.example.com',
        [7],
        [''],
        ['a b'],
        ['a:80'],
        ['http://a'],
        ['a/'],
        ['*.example.com'],
        ['.example.com'],
        ['a.'],
        ['a..b'],
        ['fd00::5'],
        ['[fd00::5]:80'],
        ['[fd00:]'],
        ['[10.0.0.1]'],
        ['10.0.0'],
        ['10.0.0.256'],
        ['x'.repeat(64)],
        ['ä.example.com'],
        ['__proto__ '],
        WITH_A_HOLE,
      ],
    ],
    ['requestFilter', [null, true, {}, 'x', class {}]],
    ['interceptor', [0, 1, 'false', null, {}]],
    ['maxSeries', [0, -1, 1.5, Infinity, Number.NaN, '0', '10k', '10000001', null, 10_000_001]],
    ['dashboard', [0, 1, 'false', null, {}]],
    ['history', [true, null, 60, 'off', []]],
    [
      'labels',
      [
        null,
        'service=shop',
        ['shop'],
        { 'my service': 'shop' },
        { '1st': 'shop' },
        { le: '1' },
        { quantile: '1' },
        { overflow: 'true' },
        { __name__: 'shop' },
        { service: '' },
        { service: undefined },
        { service: Number.NaN },
        { service: 'x'.repeat(201) },
        { [`l${'x'.repeat(200)}`]: 'shop' },
        Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`label${i}`, 'x'])),
      ],
    ],
    ['prefix', [null, 7, 'my shop', '7shop', 'shop:', 'x'.repeat(101)]],
  ])('refuse %s as any of %j', (option, values) => {
    for (const value of values) {
      const error = refusal({ [option]: value });
      expect(error).toMatchObject({ option, value });
      expect(error.message).toContain(error.allowed);
    }
  });

  it.each([
    ['path', ['monitor', '/monitor', 'monitor/', 'a/b/c', 'a.b', 'A-1_~']],
    ['host', ['localhost', 'monitor.example.com', ':tenant.example.com', '127.0.0.1']],
    ['controller', [false, class extends MonitorController {}]],
    ['decorators', [[], [() => {}]]],
    ['interceptor', [true, false]],
    ['maxSeries', [1, 10_000_000]],
    ['dashboard', [true, false]],
  ])('take %s as any of %j', (option, values) => {
    for (const value of values)
      expect(resolveMonitorOptions({ [option]: value })).toHaveProperty(option, value);
  });

  it('take whole numbers as texts of digits, as they are in the environment', () => {
    const texts = {
      publishInterval: '5000',
      publishTimeout: '400',
      measureInterval: '50',
      port: '9464',
      maxSeries: '2000',
      history: { minutes: '30', series: '100' },
      diagnostics: { blockedLoop: { threshold: '250' } },
      captures: { directory: '/captures', maxBytes: '5000000', maxAge: '60000' },
    };
    expect(resolveMonitorOptions(texts)).toMatchObject({
      publishInterval: 5000,
      publishTimeout: 400,
      measureInterval: 50,
      port: { port: 9464 },
      maxSeries: 2000,
      history: { minutes: 30, series: 100 },
      diagnostics: { blockThreshold: 250 },
      captures: { maxBytes: 5_000_000, maxAge: 60_000 },
    });
    expect(resolveMonitorOptions({ publishInterval: '5000' }).publishTimeout).toBe(5000);
  });

  it('make texts of labels, and keep the prefix and what is excluded', () => {
    const exclude = ['gc_duration', 'http_*', /x/];
    expect(
      resolveMonitorOptions({
        labels: { service: 'shop', build: 7, canary: true },
        prefix: 'shop_',
        metrics: { exclude },
      }),
    ).toMatchObject({
      exportNames: { prefix: 'shop_', labels: { service: 'shop', build: '7', canary: 'true' } },
      exclude,
    });
  });

  it.each([null, 'gc_duration', ['', 'x'], [7], ['x'.repeat(201)], Array.from({ length: 1001 }, () => 'x')])(
    'refuse metrics.exclude as %j',
    (value) => {
      expect(refusal({ metrics: { exclude: value } })).toMatchObject({ option: 'metrics.exclude', value });
    },
  );

  it.each<[string, unknown[]]>([
    [
      'allow',
      [
        [],
        ['unix'],
        ['10.0.0.0/8', '192.168.1.7', '192.168.1.7/32', '0.0.0.0/0', '172.16.0.0/12', '10.1.2.4/30'],
        [
          'fd00::/8',
          '::1',
          '::/0',
          'fe80::/10',
          '2001:DB8::/32',
          '2001:db8:0:8000::/49',
          '64:ff9b::10.0.0.0/104',
        ],
      ],
    ],
    ['allowedHosts', [[], ['a', 'A.example.com', 'my_service', 'x-1.2b', '10.0.0.5', '[fd00::5]', '_']]],
    ['token', ['x'.repeat(16), 'aA0-._~+/aaaaaaaa==', 'x'.repeat(1000)]],
    ['requestFilter', [() => true]],
    ['port', [0, 9464, 65_535]],
    ['bindAddress', ['0.0.0.0', '::', '127.0.0.1', 'fd00::5']],
  ])('take %s as any of %j', (option, values) => {
    for (const value of values) expect(() => resolveMonitorOptions({ [option]: value })).not.toThrow();
  });

  it('never show a token, not even a bad one, or one under another name', () => {
    const tokens = [
      's3cret',
      's3cret with a space',
      `s3cret\r\n${'x'.repeat(20)}`,
      ['s3cret'],
      { s3cret: 1 },
    ];
    for (const token of [
      ...tokens,
      '',
      7,
      null,
      's3cret'.repeat(1000),
      `=${'s3cret'.repeat(4)}`,
      's3cretä'.repeat(4),
    ]) {
      const error = refusal({ token });
      expect(error.option).toBe('token');
      expect(inspect(error, { depth: 9 })).not.toContain('s3cret');
      expect(error.message).toContain('16 to 1000');
    }
    for (const name of ['Token', 'tokens', 'bearerToken', 'secret', 'password', 'apiKey']) {
      expect(inspect(refusal({ [name]: 's3cret-s3cret-s3cret' }), { depth: 9 })).not.toContain('s3cret');
    }
    const resolved = resolveMonitorOptions({ token: 's3cret-s3cret-s3cret' });
    expect(inspect(resolved, { depth: 9, showHidden: true })).not.toContain('s3cret');
    expect(JSON.stringify(resolved)).not.toContain('s3cret');
    for (const options of [new Map([['token', 's3cret']]), ['s3cret'], 's3cret']) {
      expect(refusal(options).message).not.toContain('s3cret');
    }
  });

  it.each([
    [7, 'It is a number.'],
    ['', 'It has 0 characters.'],
    ['x', 'It has 1 character.'],
    ['x'.repeat(1001), 'It has 1001 characters.'],
    [`${'x'.repeat(20)}\n`, 'Character 21 of its 21 is not allowed there.'],
    ['a secret with spaces', 'Character 2 of its 20 is not allowed there.'],
    ['='.repeat(20), 'Character 1 of its 20 is not allowed there.'],
    [`${'x'.repeat(20)}==x`, 'Character 23 of its 23 is not allowed there.'],
  ])('say what is wrong with the token %j', (token, problem) => {
    expect(refusal({ token }).message).toMatch(
      new RegExp(`\\(the value is not shown here\\)\\. ${problem}$`),
    );
  });

  it('take each part of the diagnostics as true, as it is by default', () => {
    const parts = { blockedLoop: true, profiles: true, report: true };
    const { diagnostics } = resolveMonitorOptions({ diagnostics: true });
    expect(resolveMonitorOptions({ diagnostics: parts }).diagnostics).toEqual(diagnostics);
    expect(diagnostics.blockThreshold).toBe(100);
    expect(refusal({ diagnostics: { blockedLoop: 'yes' } }).option).toBe('diagnostics.blockedLoop');
  });

  it('do not take a port for an endpoint that there is not', () => {
    expect(refusal({ port: 9464, controller: false })).toMatchObject({ option: 'port', value: 9464 });
  });

  it('keep a history of the given length, or none', () => {
    expect(resolveMonitorOptions({ history: {} }).history).toEqual({ minutes: 60, series: 300 });
    expect(resolveMonitorOptions({ history: { minutes: 5 } }).history).toEqual({ minutes: 5, series: 300 });
    const most = { minutes: 1440, series: 10_000 };
    expect(resolveMonitorOptions({ history: most }).history).toEqual(most);
    expect(resolveMonitorOptions({ history: false }).history).toBeUndefined();
  });

  it('have no dashboard without a history, and refuse it there', () => {
    expect(resolveMonitorOptions({ history: false }).dashboard).toBe(false);
    expect(refusal({ history: false, dashboard: true })).toMatchObject({ option: 'dashboard', value: true });
    expect(resolveMonitorOptions({ dashboard: false })).toMatchObject({
      dashboard: false,
      history: { minutes: 60 },
    });
  });

  it.each([
    ['minutes', [0, 4, 1441, 7.5, Number.NaN, null, true]],
    ['series', [0, 49, 10_001, 50.5, Infinity, null, {}]],
    ['hours', [1]],
  ])('refuse history.%s as any of %j', (option, values) => {
    for (const value of values) {
      const error = refusal({ history: { [option]: value } });
      expect(error).toMatchObject({ option: `history.${option}`, value });
      expect(error.message).toContain(error.allowed);
    }
  });

  it('take one publisher or many, functions or objects', () => {
    const [one, other] = [() => {}, { publish: () => {} }];
    expect(resolveMonitorOptions({ publisher: one }).publishers).toEqual([one]);
    expect(resolveMonitorOptions({ publisher: [one, other] }).publishers).toEqual([one, other]);
    expect(resolveMonitorOptions({ publisher: [] }).publishers).toEqual([]);
  });

  it('switch collectors off, and take those of the application', () => {
    const own = { collect: () => {} };
    expect(resolveMonitorOptions({ collectors: { gc: false, own } }).collectors).toEqual({
      process: true,
      eventLoop: true,
      memory: true,
      gc: false,
      own: [own],
    });
    class Inheriting {
      stop(): void {}
    }
    const many = [own, new Inheriting()];
    expect(resolveMonitorOptions({ collectors: { own: many } }).collectors.own).toEqual(many);
  });

  it.each([
    ['process', [0, null, 'false']],
    ['eventLoop', [0, null, 'false']],
    ['memory', [0, null, 'false']],
    ['gc', [0, null, 'false']],
    ['own', [null, true, {}, () => {}, { collect: 7 }, { start: () => {}, stop: 1 }, [{}], [null]]],
  ])('refuse collectors.%s as any of %j', (option, values) => {
    for (const value of values) {
      const error = refusal({ collectors: { [option]: value } });
      expect(error).toMatchObject({ option: `collectors.${option}`, value });
    }
  });

  it('refuse a collector that there is not', () => {
    expect(refusal({ collectors: { http: false } }).option).toBe('collectors.http');
    expect(refusal({ collectors: false })).toMatchObject({ option: 'collectors', allowed: 'an object' });
  });

  it('refuse what is no option, and say which there are', () => {
    const error = refusal({ publishIntervall: 5 });
    expect(error).toMatchObject({ option: 'publishIntervall', value: 5 });
    expect(error.message).toContain('publishInterval, ');
    expect(refusal(JSON.parse('{"__proto__": 1}')).option).toBe('__proto__');
    expect(refusal({ toString: 1 }).option).toBe('toString');
  });

  it('are checked even where they are inherited', () => {
    class Options {
      get publishInterval(): number {
        return 0;
      }
    }
    expect(refusal(new Options()).option).toBe('publishInterval');
    expect(refusal(Object.create({ path: 'a b' })).option).toBe('path');
  });

  it.each([[null], [7], ['x'], [[]], [true], [() => {}], [new Map([['path', 'x']])], [Promise.resolve({})]])(
    'are refused as a whole when they are %s',
    (options) => {
      expect(refusal(options)).toMatchObject({ option: 'options', value: options, allowed: 'an object' });
    },
  );

  it('make a message even of a value that resists being looked at', () => {
    expect(refusal({ path: hostile }).option).toBe('path');
    expect(refusal({ path: 'x y'.repeat(10_000) }).message.length).toBeLessThan(400);
  });

  it.each([
    ['processes', true],
    ['processes', 'shop'],
    ['processes', []],
    ['processes.group', { group: '../shop' }],
    ['processes.group', { group: '' }],
    ['processes.group', {}],
    ['processes.directory', { group: 'shop', directory: 'relative' }],
    ['processes.directory', { group: 'shop', directory: `/${'long'.repeat(30)}` }],
    ['processes.name', { group: 'shop', name: 'x' }],
  ])('are refused with a wrong %s', (option, processes) => {
    expect(refusal({ processes }).option).toBe(option);
  });

  it('take a group of processes, or none', () => {
    expect(resolveMonitorOptions({ processes: false }).processes).toBeUndefined();
    expect(resolveMonitorOptions({ processes: { group: 'shop' } }).processes).toEqual({
      kind: 'group',
      group: 'shop',
      directory: undefined,
    });
  });

  it('do not change after they were given', () => {
    const publishers = [() => {}];
    const options = { publisher: publishers, path: 'a' };
    const resolved = resolveMonitorOptions(options);
    options.path = 'b';
    publishers.length = 0;
    expect(resolved.path).toBe('a');
    expect(resolved.publishers).toHaveLength(1);
  });
});
