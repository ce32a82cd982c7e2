import { parseArgs } from 'node:util';

/**
 * Reads the command line of a benchmark. An unknown flag or an invalid value ends the process with one line.
 *
 * @template {Record<string, number | string[]>} Flags
 * @param {Flags} defaults a number: any integer from 1 on; a list: one or more of its values, separated by commas, by
 * default all of them
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
    // The message of parseArgs for an unknown flag continues with advice about positional arguments.
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
    throw new Error(`--${name} must be some of ${standard.join(', ')}, not '${unknown}'`);
  }
  if (/^[1-9]\d{0,8}$/.test(given)) return Number(given);
  throw new Error(`--${name} must be an integer from 1 on, not '${given}'`);
}

function usage(defaults) {
  return Object.entries(defaults)
    .map(([name, standard]) => `--${name} ${Array.isArray(standard) ? standard.join('|') : standard}`)
    .join(' ');
}
