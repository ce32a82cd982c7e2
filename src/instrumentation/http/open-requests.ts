import { isEndpointRequest } from '../../common/http/own-endpoint.js';
import { isStream } from './response-stream.js';
import type { TrackedRequest } from './tracked-request.js';

/**
 * The requests that have not ended. They are linked to each other, which takes a twentieth of the instructions of a `Set`:
 * each request is added and removed once.
 */
export class OpenRequests {
  private newest: TrackedRequest | undefined;

  add(tracked: TrackedRequest): void {
    const { newest } = this;
    tracked.older = newest;
    if (newest !== undefined) newest.newer = tracked;
    this.newest = tracked;
  }

  /** For one that was added, and not removed yet. */
  remove(tracked: TrackedRequest): void {
    const { older, newer } = tracked;
    if (older !== undefined) older.newer = newer;
    if (newer === undefined) this.newest = older;
    else newer.older = older;
    tracked.older = tracked.newer = undefined;
  }

  /**
   * How many of them are streams of the application.
   *
   * @param now in milliseconds, on the clock of their start.
   */
  countStreams(now: number): number {
    let streams = 0;
    for (let one = this.newest; one !== undefined; one = one.older) {
      if (isStream(one, (now - one.start) / 1000) && !isEndpointRequest(one.request)) streams++;
    }
    return streams;
  }
}
