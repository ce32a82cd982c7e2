import { describe, expect, it } from 'vitest';
import { handlerName } from './handler-name.js';

class Base {
  find(): void {}
}

class Cats extends Base {
  override find(): void {}
  get age(): number {
    throw new Error('must not be read');
  }
  readonly made = (): void => {};
}

class Odd {
  static readonly name = 7 as unknown as string;
  find(): void {}
}

class Hostile {
  static get name(): string {
    throw new Error('hostile');
  }
}

/* oxlint-disable typescript/unbound-method */
describe('the name of a handler', () => {
  it.each<[string, unknown, unknown, string]>([
    ['of its class and its method', Cats, Cats.prototype.find, 'Cats.find'],
    ['of the class that inherits it', class Dogs extends Base {}, Base.prototype.find, 'Dogs.find'],
    ['of the function, if it is made for each object', Cats, new Cats().made, 'Cats.made'],
    ['anonymous, if the class has no name', class {}, Cats.prototype.find, 'anonymous.find'],
    ['anonymous, if the name of the class is something else', Odd, Odd.prototype.find, 'anonymous.find'],
    ['anonymous, if the function has no name', Cats, (() => () => {})(), 'Cats.anonymous'],
    ['anonymous, if there is no class', undefined, Cats.prototype.find, 'anonymous.find'],
    ['anonymous, if the name of the class cannot be read', Hostile, Cats.prototype.find, 'anonymous'],
    ['anonymous, if there is nothing', null, undefined, 'anonymous.anonymous'],
  ])('is %s', (_what, owner, method, name) => {
    expect(handlerName(owner, method)).toBe(name);
  });

  it('is the property, whatever the function in it is called', () => {
    class Traced {
      find(): void {}
    }
    const wrapped = function wrapper(): void {};
    Object.defineProperty(Traced.prototype, 'find', { value: wrapped });
    expect(handlerName(Traced, wrapped)).toBe('Traced.find');
  });

  it('is no longer than a label may be', () => {
    const long = { ['x'.repeat(300)]: class {} }['x'.repeat(300)];
    expect(handlerName(long, undefined)).toHaveLength(200);
  });
});
