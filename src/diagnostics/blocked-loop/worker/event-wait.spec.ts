import { describe, expect, it } from 'vitest';
import { EventWait } from './event-wait.js';
import type { TaskFiles } from './task-files.js';

/** The contents of the file `syscall` of a thread in /proc. */
const [EPOLL, OTHER_EPOLL] = ['281 0xd 0x7fff 0x400 0x64', '281 0x17 0x7fff 0x400 0xffffffff'];

class HeldTask {
  syscall = EPOLL;
  read(): string {
    return this.syscall;
  }
}

const make = (task = new HeldTask()) => ({ task, wait: new EventWait(task as unknown as TaskFiles) });

describe('The wait of an event loop for events', () => {
  it('is learned from an idle loop, and is then told from any other wait', () => {
    const { task, wait } = make();
    const call = wait.read() ?? '';
    expect(wait.isWaiting()).toBe(false);
    wait.learn(call, 0.5);
    wait.learn(call, 0.5);
    expect(wait.isWaiting()).toBe(true);
    // A synchronous call that waits for events of its own, such as execSync().
    for (const other of [OTHER_EPOLL, 'running', '-1 0x7fff 0x1', '202 0xd 0x89', '']) {
      task.syscall = other;
      expect(wait.isWaiting(), other).toBe(false);
    }
  });

  it('is not learned from a loop that was busy meanwhile, nor from two different calls', () => {
    const { task, wait } = make();
    for (let i = 0; i < 5; i++) wait.learn('281 0x17', 20);
    for (const call of ['281 0x17', '281 0xd', '281 0x17']) wait.learn(call, 0.1);
    for (const call of [EPOLL, OTHER_EPOLL]) {
      task.syscall = call;
      expect(wait.isWaiting()).toBe(false);
    }
  });

  it('is not known where the system does not tell', () => {
    expect(new EventWait(undefined).isWaiting()).toBe(false);
    const broken = {
      read() {
        throw new Error('ENOENT');
      },
    };
    expect(new EventWait(broken as unknown as TaskFiles).read()).toBeUndefined();
  });
});
