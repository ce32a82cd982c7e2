import { readFileSync } from 'node:fs';

/**
 * The resident size of this process, in bytes.
 *
 * Node 20 looks for it after the first `)` in `/proc/self/stat`: with one in the title of the process, it returns another field.
 *
 * @throws where Node cannot read it: there is no /proc, or no descriptor left.
 */
export function residentSize(): number {
  return (process.title.includes(')') ? ofStatus() : undefined) ?? process.memoryUsage.rss();
}

function ofStatus(): number | undefined {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
