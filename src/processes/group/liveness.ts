/** Whether there is a process with this pid. It may be another one that got the same pid later. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists, but this user may not signal it.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
