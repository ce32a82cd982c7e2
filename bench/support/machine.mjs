import { createRequire } from 'node:module';
import os from 'node:os';

/** The machine that the figures were measured on. */
export function machine() {
  const cores = os.cpus();
  const model = cores[0]?.model.trim() ?? 'unknown processor';
  return `Node ${process.versions.node}, ${model}, ${cores.length} cores, ${os.type()} ${os.arch()}`;
}

/**
 * The version of an installed package.
 *
 * @param {string} name
 * @param {string} [from] the package that depends on it, if it is not a dependency of this one
 */
export function versionOf(name, from) {
  const here = createRequire(import.meta.url);
  const require = from === undefined ? here : createRequire(here.resolve(from));
  return require(`${name}/package.json`).version;
}
