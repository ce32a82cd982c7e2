import { describe, expect, it } from 'vitest';
import { MonitorController } from './http/monitor.controller.js';
import { MonitorOptionsError } from './monitor-options.error.js';
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

describe('the options', () => {
  it('all have a default', () => {
    const defaults = {
      publishers: [],
      publishInterval: 10_000,
      publishTimeout: 10_000,
      measureInterval: 100,
      path: 'monitor',
      host: undefined,
      controller: undefined,
      interceptor: true,
      maxSeries: 10_000,
    };
    expect(resolveMonitorOptions()).toEqual(defaults);
    expect(resolveMonitorOptions({})).toEqual(defaults);
    expect(
      resolveMonitorOptions({ publisher: undefined, publishInterval: undefined, path: undefined }),
    ).toEqual(defaults);
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
      '10',
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
    expect(refusal({ publishInterval: '10' }).message).toContain(`is '10', but must be`);
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
    ['interceptor', [0, 1, 'false', null, {}]],
    ['maxSeries', [0, -1, 1.5, Infinity, Number.NaN, '10', null, 10_000_001]],
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
    ['interceptor', [true, false]],
    ['maxSeries', [1, 10_000_000]],
  ])('take %s as any of %j', (option, values) => {
    for (const value of values)
      expect(resolveMonitorOptions({ [option]: value })).toHaveProperty(option, value);
  });

  it('take one publisher or many, functions or objects', () => {
    const [one, other] = [() => {}, { publish: () => {} }];
    expect(resolveMonitorOptions({ publisher: one }).publishers).toEqual([one]);
    expect(resolveMonitorOptions({ publisher: [one, other] }).publishers).toEqual([one, other]);
    expect(resolveMonitorOptions({ publisher: [] }).publishers).toEqual([]);
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
