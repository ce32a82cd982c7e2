import { types } from 'node:util';
import { defer, Observable, tap } from 'rxjs';
import { isPromise } from '../../common/promise.js';

/**
 * How a call ended. `cancelled`: an Observable was unsubscribed from, or an asynchronous iterator was left, before the last
 * value.
 */
export type CallOutcome = 'ok' | 'error' | 'cancelled';

/** Records the end of a call. Further calls of it have no effect. */
export type EndCall = (outcome: CallOutcome, result?: unknown) => void;

/**
 * Calls a function and tracks its result to the end. What it returns and throws is passed on unchanged:
 *
 * - A promise is replaced by one that settles the same way: a handler on the given one would hide its unhandled rejection.
 * - Each subscription to an Observable is a call. A subclass, such as a `Subject`, has methods that callers may need: it is
 *   returned as it is, and the call ends at once.
 * - An asynchronous iterator, and an object that can be awaited but is not a promise (the query of a database library, which may
 *   run only when it is awaited), stay the same object. The call ends with the last value, or when the awaited object settles.
 *
 * @param begin called at the beginning of each call.
 */
export function followCall(call: () => unknown, begin: () => EndCall): unknown {
  const end = begin();
  let result: unknown;
  try {
    result = call();
  } catch (thrown) {
    end('error');
    throw thrown;
  }
  if (types.isPromise(result)) return followPromise(result, end);
  if (result instanceof Observable && Object.getPrototypeOf(result) === Observable.prototype) {
    return followObservable(result, begin);
  }
  if (isAsyncIterator(result)) followIterator(result, end);
  else if (isPromise(result)) followThenable(result, end);
  else end('ok', result);
  return result;
}

function followPromise<T>(promise: PromiseLike<T>, end: EndCall): PromiseLike<T> {
  return promise.then(
    (value) => {
      end('ok', value);
      return value;
    },
    (thrown: unknown) => {
      end('error');
      throw thrown;
    },
  );
}

function followObservable(observable: Observable<unknown>, begin: () => EndCall): Observable<unknown> {
  return defer(() => {
    const end = begin();
    let last: unknown;
    return observable.pipe(
      tap({
        next: (value) => (last = value),
        complete: () => end('ok', last),
        error: () => end('error'),
        unsubscribe: () => end('cancelled', last),
      }),
    );
  });
}

type Step = (this: unknown, ...args: unknown[]) => unknown;
type AnyIterator = Record<'next' | 'return' | 'throw', unknown>;

/** A stream is iterable too, but not an iterator. */
function isAsyncIterator(value: unknown): value is AnyIterator {
  if (typeof value !== 'object' || value === null) return false;
  try {
    const { next, [Symbol.asyncIterator]: iterate } = value as Record<string | symbol, unknown>;
    return typeof next === 'function' && typeof iterate === 'function';
  } catch {
    // A getter or a proxy threw.
    return false;
  }
}

function followIterator(iterator: AnyIterator, end: EndCall): void {
  let last: unknown;
  const note = (step: unknown): unknown => {
    const { done, value } = (step ?? {}) as Partial<IteratorResult<unknown>>;
    if (done === true) end('ok', last);
    else last = value;
    return step;
  };
  const fail = (thrown: unknown): never => {
    end('error');
    throw thrown;
  };
  const replace = (name: keyof AnyIterator, note: (step: unknown) => unknown): boolean => {
    const original = iterator[name];
    if (typeof original !== 'function') return true;
    return replaceMethod(iterator, name, function (...args) {
      const step: unknown = Reflect.apply(original as Step, iterator, args);
      return Promise.resolve(step).then(note, fail);
    });
  };
  const isFollowed =
    replace('next', note) &&
    replace('throw', note) &&
    replace('return', (step) => {
      end('cancelled', last);
      return step;
    });
  if (!isFollowed) end('ok');
}

function followThenable(thenable: PromiseLike<unknown>, end: EndCall): void {
  const then = Reflect.get(thenable, 'then') as Step;
  const replacement: Step = function (onValue, onError) {
    const ended = (value: unknown): unknown => {
      end('ok', value);
      return typeof onValue === 'function' ? (onValue as Step)(value) : value;
    };
    const failed = (thrown: unknown): unknown => {
      end('error');
      if (typeof onError !== 'function') throw thrown;
      return (onError as Step)(thrown);
    };
    return Reflect.apply(then, this, [ended, failed]);
  };
  if (!replaceMethod(thenable, 'then', replacement)) end('ok');
}

/** @returns whether the method could be replaced. */
function replaceMethod(object: object, name: string, value: Step): boolean {
  try {
    return Reflect.defineProperty(object, name, { value, configurable: true, writable: true });
  } catch {
    return false;
  }
}
