import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * The name of the application on the page: the `name` in the package.json nearest to the script that Node was started with,
 * without its scope. If there is none, or it cannot be read, the name of the host.
 */
export class ServiceName {
  private name: Promise<string> | undefined;

  /** @param script path of the script that Node was started with. */
  constructor(private readonly script = process.argv[1]) {}

  get(): Promise<string> {
    this.name ??= this.find();
    return this.name;
  }

  private async find(): Promise<string> {
    let directory = this.script === undefined ? process.cwd() : dirname(this.script);
    for (;;) {
      const name = await nameIn(join(directory, 'package.json'));
      if (name !== undefined) return name.replace(/^@[^/]*\//, '');
      const parent = dirname(directory);
      if (parent === directory) return hostname();
      directory = parent;
    }
  }
}

async function nameIn(path: string): Promise<string | undefined> {
  try {
    const { name } = JSON.parse(await readFile(path, 'utf8')) as { name?: unknown };
    // The package.json of a build folder often has only a `type`.
    return typeof name === 'string' && name !== '' ? name : undefined;
  } catch {
    return undefined;
  }
}
