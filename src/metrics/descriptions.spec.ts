import { describe, expect, it } from 'vitest';
import { TestRegistry } from '../../test/support/registry.js';

describe('the descriptions of the monitor itself', () => {
  it('take no room from those of the application, and are there however many of those there are', () => {
    const registry = new TestRegistry();
    registry.maxSeries = 2;
    for (const name of ['own_a', 'own_b', 'own_c']) registry.descriptions.addOwn(name, { help: name });
    for (const name of ['a', 'b', 'c']) registry.describe(name, { help: name });
    registry.descriptions.addOwn('own_d', { help: 'own_d' });
    expect([...registry.descriptions.keys()]).toEqual(['own_a', 'own_b', 'own_c', 'a', 'b', 'own_d']);
    expect(registry.warnings).toHaveLength(1);
  });

  it('can be said again by the application', () => {
    const registry = new TestRegistry();
    registry.descriptions.addOwn('own', { help: 'ours', unit: 'seconds' });
    registry.describe('own', { help: 'theirs' });
    expect(registry.descriptions.get('own')).toEqual({ help: 'theirs', unit: 'seconds' });
  });
});
