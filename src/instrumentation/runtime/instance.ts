import { hostname } from 'node:os';
import { isMainThread, threadId } from 'node:worker_threads';
import type { InstanceInfo } from '../../metrics/collection/snapshot.js';

/** The `instance` section of the document: which process, and which of its threads, it is about. */
export class Instance {
  private readonly host = hostName();
  /** When Node started, in milliseconds since 1970. Looked at once: the wall clock may be set later on. */
  private readonly nodeStart = Date.now() - process.uptime() * 1000;

  /** @param ageBeforeNode seconds of age that the process had before Node knew of it. */
  read(ageBeforeNode = 0): InstanceInfo {
    return {
      pid: process.pid,
      hostname: this.host,
      start_time: new Date(this.nodeStart - ageBeforeNode * 1000).toISOString(),
      node_version: process.version,
      worker_id: isMainThread ? null : threadId,
    };
  }
}

function hostName(): string | null {
  try {
    return hostname();
  } catch {
    return null;
  }
}
