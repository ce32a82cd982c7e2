import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { MetricsSnapshot } from '../src/index.js';
import { NODE_MAJORS, NODE_MISSING, nodeOf } from './support/nodes.js';
import { linesOf } from './support/scripts.js';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

const flagsOf = (major: number): string[] => [
  major === 20 ? '--experimental-permission' : '--permission',
  '--no-warnings',
  `--allow-fs-read=${PROJECT}*`,
];

describe.each(NODE_MAJORS)('under the permission model of Node %i', (major) => {
  it('the module works where only the application may be read, with null for what it may not read', async ({
    skip,
  }) => {
    const node = await nodeOf(major);
    if (node === undefined) return skip(NODE_MISSING(major));
    const [line] = await linesOf('restricted.mjs', [], node, flagsOf(major));
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

  it('an application with diagnostics says that no block is explained, and keeps no request that has ended', async ({
    skip,
  }) => {
    const node = await nodeOf(major);
    if (node === undefined) return skip(NODE_MISSING(major));
    // Later versions restrict the network too.
    const flags = [...flagsOf(major), ...(major >= 26 ? ['--allow-net'] : [])];
    const [line] = await linesOf('restricted-requests.mjs', [], node, flags);
    const { warnings, requests } = line as { warnings: string[]; requests: number };
    // Of each of its two applications.
    expect(warnings.filter((text) => text.includes('not watched any more'))).toHaveLength(2);
    // Of 200. Node itself may keep the last request of a connection.
    expect(requests).toBeLessThan(10);
  });
});

it('where Node 26 allows threads and not the inspector, diagnostics say so, and a profile is answered with a 501', async ({
  skip,
}) => {
  const node = await nodeOf(26);
  if (node === undefined) return skip(NODE_MISSING(26));
  const flags = [...flagsOf(26), '--allow-net', '--allow-worker'];
  const [line] = await linesOf('without-inspector.mjs', [], node, flags);
  const { warnings, status, text } = line as { warnings: string[]; status: number; text: string };
  expect(warnings).toEqual([
    expect.stringMatching(/^The event loop is not watched any more, .*inspector is not available/),
  ]);
  expect(status).toBe(501);
  expect(text).toMatch(/^V8's inspector, which takes profiles, cannot be used: .*--allow-inspector/);
});
