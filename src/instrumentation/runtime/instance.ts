import { hostname } from 'node:os';
import { isMainThread, threadId } from 'node:worker_threads';
import type { InstanceInfo } from '../../metrics/collection/snapshot.js';

/** The `instance` section of the document: which process and thread it is about. */
export class Instance {
  private readonly host = hostName();
  /** When Node started, in milliseconds since 1970. Read once, since the wall clock may be set later. */
  private readonly nodeStart = Date.now() - process.uptime() * 1000;

  /** @param ageBeforeNode seconds between the start of the process and that of Node. */
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
