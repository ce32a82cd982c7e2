import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { MetricsSnapshot } from '../src/index.js';
import { NODE_MAJORS, NODE_MISSING, nodeOf } from './support/nodes.js';
import { linesOf } from './support/scripts.js';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

describe.each(NODE_MAJORS)('under the permission model of Node %i', (major) => {
  it('the module works where only the application may be read, with null for what it may not read', async ({
    skip,
  }) => {
    const node = await nodeOf(major);
    if (node === undefined) return skip(NODE_MISSING(major));
    const flag = major === 20 ? '--experimental-permission' : '--permission';
    const [line] = await linesOf('restricted.mjs', [], node, [
      flag,
      '--no-warnings',
      `--allow-fs-read=${PROJECT}*`,
    ]);
    const { section, gauges, instance, permission } = line as {
      section: MetricsSnapshot['process'];
      gauges: MetricsSnapshot['gauges'];
      instance: MetricsSnapshot['instance'];
      permission: boolean;
    };
    expect(permission).toBe(true);
    expect(section).toMatchObject({ num_fds: null, max_fds: null, meminfo: { vsz_bytes: null } });
    expect(section.uptime).toBeGreaterThan(0);
    expect(section.cpu.user_time).toBeGreaterThan(0);
    expect(section.cpu.num_threads).toBeNull();
    expect(gauges.heap_used_bytes).toBeGreaterThan(0);
    expect(instance.pid).toBeGreaterThan(0);
  });
});
