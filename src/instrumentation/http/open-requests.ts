import { isEndpointRequest } from '../../common/http/own-endpoint.js';
import { isStream } from './response-stream.js';
import type { TrackedRequest } from './tracked-request.js';

/**
 * The requests that have not ended, as a linked list: adding and removing a request takes a twentieth of the instructions of a
 * `Set`.
 */
export class OpenRequests {
  private newest: TrackedRequest | undefined;

  add(tracked: TrackedRequest): void {
    const { newest } = this;
    tracked.older = newest;
    if (newest !== undefined) newest.newer = tracked;
    this.newest = tracked;
  }

  /** For a request that was added and not removed yet. */
  remove(tracked: TrackedRequest): void {
    const { older, newer } = tracked;
    if (older !== undefined) older.newer = newer;
    if (newer === undefined) this.newest = older;
    else newer.older = older;
    tracked.older = tracked.newer = undefined;
  }

  *[Symbol.iterator](): Iterator<TrackedRequest> {
    for (let one = this.newest; one !== undefined; one = one.older) yield one;
  }

  /**
   * The number of open requests that are streams.
   *
   * @param now in milliseconds, on the clock of their start.
   * @param includesOwn whether those of the monitor's own endpoint count.
   */
  countStreams(now: number, includesOwn: boolean): number {
    let streams = 0;
    for (const one of this) {
      if (!isStream(one, (now - one.start) / 1000)) continue;
      if (includesOwn || !isEndpointRequest(one.request)) streams++;
    }
    return streams;
  }
}
