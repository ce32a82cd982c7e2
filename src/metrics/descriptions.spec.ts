import { describe, expect, it } from 'vitest';
import { TestRegistry } from '../../test/support/registry.js';
import { BUILT_IN_METRICS } from './definitions/built-in-metrics.js';

describe('the descriptions of the metrics of the monitor itself', () => {
  it('take no room from those of the application, and are there however many of those there are', () => {
    const registry = new TestRegistry();
    registry.limitSeries(2);
    for (const name of ['a', 'b', 'c']) registry.describe(name, { help: name });
    registry.describe('gc_duration', { help: 'Pauses.' });
    expect(registry.descriptionOf('b')).toEqual({ help: 'b' });
    expect(registry.descriptionOf('c')).toEqual({});
    expect(registry.descriptionOf('gc_duration')).toEqual({ help: 'Pauses.', unit: 'seconds' });
    for (const { name } of BUILT_IN_METRICS.values()) expect(registry.descriptionOf(name).help).not.toBe('');
    expect(registry.warnings).toHaveLength(1);
  });

  it('can be changed by the application', () => {
    const registry = new TestRegistry();
    registry.describe('gc_duration', { help: 'theirs' });
    expect(registry.descriptionOf('gc_duration')).toEqual({ help: 'theirs', unit: 'seconds' });
  });
});
