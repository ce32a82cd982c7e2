import { parseArgs } from 'node:util';

/**
 * Reads the flags of a bench. Ends the process with one line if there is one that it does not know, or whose
 * value will not do.
 *
 * @template {Record<string, number | string[]>} Flags
 * @param {Flags} defaults a number is a whole number from 1 on; a list is what may be chosen, and some values of it,
 * with commas between them, or all of them are chosen
 * @returns {Flags}
 */
export function readFlags(defaults) {
  const options = Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: 'string' }]));
  try {
    const { values } = parseArgs({ options });
    return Object.fromEntries(
      Object.entries(defaults).map(([name, standard]) => [name, valueOf(name, values[name], standard)]),
    );
  } catch (error) {
    // What parseArgs says about an unknown flag goes on with advice about positional arguments.
    const [problem] = error.message.split('. ');
    console.error(`${problem.replace(/\.$/, '')}. Flags: ${usage(defaults)}`);
    process.exit(1);
  }
}

function valueOf(name, given, standard) {
  if (given === undefined) return standard;
  if (Array.isArray(standard)) {
    const chosen = given.split(',');
    const unknown = chosen.find((value) => !standard.includes(value));
    if (unknown === undefined) return standard.filter((value) => chosen.includes(value));
    throw new Error(`--${name} is some of ${standard.join(', ')}, and not '${unknown}'`);
  }
  if (/^[1-9]\d{0,8}$/.test(given)) return Number(given);
  throw new Error(`--${name} is a whole number from 1 on, and not '${given}'`);
}

function usage(defaults) {
  return Object.entries(defaults)
    .map(([name, standard]) => `--${name} ${Array.isArray(standard) ? standard.join('|') : standard}`)
    .join(' ');
}
