import { setImmediate } from 'node:timers/promises';
import { expect } from 'vitest';
import { joinGroup } from '../group-member.js';
import { GroupModel } from './group-model.js';
import type { GroupEvent, GroupPlan, Overlap } from './group-plan.js';
import { PUBLISHER, READERS } from './group-plan.js';
import { RandomMember } from './random-member.js';

/** More than these do not run at the same time, except when many join. */
const MOST_MEMBERS = 6;

/** More ended members than the leader keeps apart. */
const MANY = 17;

/** Runs a plan with real members, and checks after each read what it must contain. */
export class RandomGroup {
  private readonly model = new GroupModel();
  private members: RandomMember[] = [];
  /** A window that is given back at the moment at which its process closes may be lost: these do not overlap. */
  private readonly closing = new Set<Promise<void>>();
  private readonly givingBack = new Set<Promise<void>>();

  /**
   * @param path of the directory.
   * @param passTime lets the clock of the members advance, in milliseconds.
   */
  constructor(
    private readonly path: string,
    private readonly passTime: (milliseconds: number) => void,
  ) {}

  async run(plan: GroupPlan): Promise<void> {
    try {
      await this.join();
      for (const step of plan) {
        if ('event' in step) await this.happen(step);
        else await this.overlap(step);
      }
      await this.readAll();
    } finally {
      for (const member of this.members) await member.close();
    }
  }

  private async overlap({ overlap }: Overlap): Promise<void> {
    const running: Promise<unknown>[] = [];
    for (const { of, iterations } of overlap) {
      const happening = this.happen(of);
      // It may fail before the others have begun.
      happening.catch(() => {});
      running.push(happening);
      for (let i = 0; i < iterations; i++) await setImmediate();
    }
    const results = await Promise.allSettled(running);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  private async happen(event: GroupEvent): Promise<unknown> {
    switch (event.event) {
      case 'join':
        return this.members.length < MOST_MEMBERS ? this.join() : undefined;
      case 'record':
        return this.pick(event.by).record(event.value);
      case 'read totals':
        return this.pick(event.by).readTotals();
      case 'read window':
        return this.pick(event.by).readWindow(event.reader);
      case 'failed publish':
        return this.asLeader(event.by, (leader) => this.failToPublish(leader));
      case 'close':
        return this.close(this.pickIdle(event.by));
      case 'kill':
        return this.kill(this.pickIdle(event.by));
      case 'many close':
        return this.manyClose();
      case 'merge':
        return this.asLeader(event.by, (leader) => leader.merge(event.share));
      case 'minute':
        return this.passMinute();
    }
  }

  private pick(by: number): RandomMember {
    return this.members[Math.floor(by * this.members.length)] as RandomMember;
  }

  /** One that may end: it is not the last one, and does nothing. */
  private pickIdle(by: number): RandomMember | undefined {
    const idle = this.members.filter(({ isIdle }) => isIdle);
    return this.members.length > 1 ? idle[Math.floor(by * idle.length)] : undefined;
  }

  private async join(): Promise<RandomMember> {
    const member = new RandomMember(await joinGroup(this.path), this.model);
    this.members.push(member);
    return member;
  }

  private async failToPublish(leader: RandomMember): Promise<void> {
    const giveBack = await leader.beginPublish();
    do {
      await Promise.all(this.closing);
      await leader.group.read({ kind: 'now' });
    } while (this.closing.size > 0);
    giveBack();
    // Other processes have it back when they answer the next request.
    const next = leader.group.read({ kind: 'now' }).then(() => {});
    await during(this.givingBack, next);
  }

  private async close(member: RandomMember | undefined): Promise<void> {
    if (member === undefined) return;
    this.members = this.members.filter((one) => one !== member);
    if (member.hasFailed) await member.readWindow(PUBLISHER);
    while (this.givingBack.size > 0) await Promise.all(this.givingBack);
    await during(this.closing, member.close());
  }

  private async kill(member: RandomMember | undefined): Promise<void> {
    if (member === undefined || member.hasFailed) return;
    this.members = this.members.filter((one) => one !== member);
    await member.kill();
    for (const { killed } of this.members) killed.add(member.pid);
  }

  private async manyClose(): Promise<void> {
    const joined = await Promise.all(Array.from({ length: MANY }, () => this.join()));
    for (const [at, member] of joined.entries()) member.record(at + 1);
    await Promise.all(joined.map((member) => this.close(member)));
  }

  /** Asks all members, beginning with this one, until one is the leader. */
  private async asLeader(by: number, work: (leader: RandomMember) => Promise<void>): Promise<void> {
    const first = Math.floor(by * this.members.length);
    const ordered = [...this.members.slice(first), ...this.members.slice(0, first)];
    for (const member of ordered) if (await member.asLeader(() => work(member))) return;
  }

  private async passMinute(): Promise<void> {
    for (let half = 0; half < 2; half++) {
      this.passTime(31_000);
      for (const { group } of this.members) await group.maintain();
    }
  }

  /** All readers read what is left. */
  private async readAll(): Promise<void> {
    for (const member of this.members) if (member.hasFailed) await member.readWindow(PUBLISHER);
    for (const reader of READERS) {
      for (let attempt = 0; !(await this.pick(0.5).readWindow(reader)); attempt++)
        expect(attempt, 'attempts to read all processes').toBeLessThan(10);
      this.model.checkDelivered(reader);
    }
  }
}

async function during(running: Set<Promise<void>>, work: Promise<void>): Promise<void> {
  running.add(work);
  try {
    await work;
  } finally {
    running.delete(work);
  }
}
