import type { FactoryProvider } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { THIS_COPY } from './common/this-copy.js';
import { SECOND_MONITOR } from './installation/installation.messages.js';
import { findForeignCopy } from './installation/monitor-copy.js';

/** The `InstanceWrapper` of Nest, of which these properties are not public. */
interface Wrapper {
  readonly host?: { readonly container?: { getModules?: () => ModulesContainer } };
}

/**
 * Fails the start if the application uses another copy of this package too, such as one that a library depends on.
 * Otherwise, Nest would only report that it cannot resolve `MonitorService`, or both copies would count.
 *
 * It injects nothing: Nest creates all providers concurrently, and the first error fails the start. A provider that injects
 * `ModuleRef`, to find the modules, is created after Nest has failed to resolve the other copy. Nest calls a factory as a
 * method of its wrapper, which has the modules too. If it does not, the error is Nest's own.
 */
export const MONITOR_COPY_CHECK: FactoryProvider = {
  provide: Symbol('MonitorCopyCheck'),
  useFactory(this: Wrapper | undefined) {
    const modules = this?.host?.container?.getModules?.();
    const foreign = modules && findForeignCopy(modules);
    if (foreign !== undefined) {
      throw new Error(SECOND_MONITOR(foreign.consumer, THIS_COPY.path, foreign.path));
    }
    return null;
  },
};
