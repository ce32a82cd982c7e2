import { performance } from 'node:perf_hooks';

/**
 * Records the longest time between two iterations of the event loop (`wall`), the most CPU time that the process used in one
 * (`cpu`), and its CPU time in all (`total`). If other processes use the processor, only `cpu` shows how long this process itself
 * blocked the loop.
 */
export function watchStalls() {
  let [timer, last, lastCpu, firstCpu] = [undefined, 0, 0, 0];
  let longest = { wall: 0, cpu: 0, total: 0 };
  const tick = () => {
    const [now, cpu] = [performance.now(), cpuNow()];
    longest = {
      ...longest,
      wall: Math.max(longest.wall, now - last),
      cpu: Math.max(longest.cpu, Math.min(now - last, cpu - lastCpu)),
    };
    [last, lastCpu] = [now, cpu];
  };
  return {
    start() {
      [last, lastCpu] = [performance.now(), cpuNow()];
      longest = { wall: 0, cpu: 0, total: 0 };
      firstCpu = lastCpu;
      // Often enough to see each iteration, and not so often that the processes take the cores from each other.
      timer ??= setInterval(tick, 1);
    },
    stop() {
      if (timer !== undefined) tick();
      clearInterval(timer);
      timer = undefined;
      longest.total = lastCpu - firstCpu;
    },
    read: () => longest,
  };
}

/** Milliseconds of CPU time of this process. */
function cpuNow() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
