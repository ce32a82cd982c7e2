import { Injectable } from '@nestjs/common';
import { SECOND_NEST, UNSUPPORTED_NEST } from './installation.messages.js';
import { callingNest, ownNest } from './nest-copy.js';

const OLDEST = 11;

/**
 * Fails the start on a Nest that is too old, or if the application runs on another copy of it than this package.
 *
 * It injects nothing, so Nest creates it before it fails to resolve another dependency, with an error that does not name the cause.
 */
@Injectable()
export class NestCheck {
  constructor() {
    const [application, ours] = [callingNest(), ownNest()];
    if (application === undefined) return;
    if (Number.parseInt(application.version) < OLDEST) throw new Error(UNSUPPORTED_NEST(application.version));
    if (ours !== undefined && ours.directory !== application.directory) {
      throw new Error(SECOND_NEST(application.directory, ours.directory));
    }
  }
}
