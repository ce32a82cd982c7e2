import { Inject, Injectable, Logger } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { ModuleRef } from '@nestjs/core';
import { THIS_COPY } from './common/this-copy.js';
import { SECOND_MONITOR } from './installation/installation.messages.js';
import { findForeignCopy } from './installation/monitor-copy.js';

/**
 * Fails the start if the application uses another copy of this package too, such as one that a library has brought along.
 * Nest would only say that it cannot resolve `MonitorService`, or count in both of them.
 *
 * It injects `ModuleRef`, since every module has its own: Nest makes this provider before it has looked through all
 * modules for what it cannot resolve. The container in it is not public; without it, the error is Nest's own.
 */
@Injectable()
export class MonitorCopyCheck {
  constructor(@Inject(ModuleRef) moduleRef: ModuleRef) {
    const modules = modulesOf(moduleRef);
    const foreign = modules && findForeignCopy(modules);
    if (foreign === undefined) return;
    const text = SECOND_MONITOR(foreign.consumer, THIS_COPY.path, foreign.path);
    // Nest makes all providers at once, and the error of the class that it cannot resolve may get out before this one.
    new Logger('Monitor').error(text);
    throw new Error(text);
  }
}

function modulesOf(moduleRef: object): ModulesContainer | undefined {
  const { container } = moduleRef as { container?: { getModules?: () => ModulesContainer } };
  return container?.getModules?.();
}
