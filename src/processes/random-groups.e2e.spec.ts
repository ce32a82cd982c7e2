import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it, vi } from 'vitest';
import { planOf } from '../../test/support/group-model/group-plan.js';
import { RandomGroup } from '../../test/support/group-model/random-group.js';
import type * as Clock from '../common/clock.js';
import type * as MemberNames from './group/member-name.js';
import { SaveSchedule } from './group/save-schedule.js';

const held = vi.hoisted(() => ({ passed: 0, pid: 2_000_000_000 }));

vi.mock('../common/clock.js', async (original) => {
  const { realClock, ...others } = await original<typeof Clock>();
  return { ...others, realClock: () => realClock() + held.passed };
});

// Each member has a pid of its own, which does not exist: so a killed one is found to have ended.
vi.mock('./group/member-name.js', async (original) => {
  const { ownName, ...others } = await original<typeof MemberNames>();
  const named = () => {
    const pid = ++held.pid;
    const [, random] = ownName().text.split('-');
    return { pid, thread: null, text: `${pid}.0-${random}` };
  };
  return { ...others, ownName: named };
});

/** Some of these failed before what they check was mended. A longer list tries others. */
const SEEDS = Array.from({ length: 40 }, (_, at) => 61 + at);

describe('whatever the processes of a group do, and whichever of them is read', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'nm-'));
    // The plan says when they save.
    vi.spyOn(SaveSchedule.prototype, 'start').mockReturnValue();
  });

  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(directory, { recursive: true, force: true });
  });

  it.each(SEEDS)('totals are exact, and each reader gets every value once (seed %i)', async (seed) => {
    const group = new RandomGroup(join(directory, 'g'), (milliseconds) => (held.passed += milliseconds));
    await group.run(planOf(seed, 40));
  });
});
