import { openSync, readSync } from 'node:fs';

/** More bytes than any of the files has. */
const MAX_BYTES = 4096;

/** The files of one thread in /proc. Each is opened once. */
export class TaskFiles {
  private readonly buffer = Buffer.alloc(MAX_BYTES);
  private readonly files = new Map<string, number>();

  /** @param directory such as `/proc/1/task/1`. */
  constructor(private readonly directory: string) {}

  /** @throws Error if the system has no such file. */
  read(name: string): string {
    let file = this.files.get(name);
    if (file === undefined) this.files.set(name, (file = openSync(`${this.directory}/${name}`, 'r')));
    return this.buffer.toString('latin1', 0, readSync(file, this.buffer, 0, MAX_BYTES, 0));
  }
}
