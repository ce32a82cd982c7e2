import { describe, expect, it } from 'vitest';
import { runNode } from './package/child-process.js';
import { ROOT } from './package/project.js';

const IMPORTS = {
  import: ['--input-type=module', '--eval', "import { MonitorModule } from 'nestjs-monitor';"],
  require: ['--eval', "const { MonitorModule } = require('nestjs-monitor');"],
  'the CommonJS': ['--eval', "const { MonitorModule } = require('./dist/cjs/index.js');"],
};

/** What Node prints when the options fail while a module is loaded. */
async function outputOf(from: keyof typeof IMPORTS, options: string): Promise<string> {
  const args = IMPORTS[from];
  const script = `${args.at(-1)} MonitorModule.forRoot(${options});`;
  const { code, stderr } = await runNode([...args.slice(0, -1), script], ROOT);
  expect(code).toBe(1);
  return stderr;
}

describe.each(Object.keys(IMPORTS) as (keyof typeof IMPORTS)[])('Loaded by %s, Node prints', (from) => {
  it('a wrong value after one short line of code, and what is allowed once', async () => {
    const output = await outputOf(from, '{ dashboard: 7 }');
    const message = 'the option "dashboard" is 7, but must be true or false.';
    expect(output).toContain(message);
    expect(output.indexOf(message)).toBeLessThan(500);
    expect(output.match(/true or false/g)).toHaveLength(1);
  });

  it('the option that a misspelled one stands for', async () => {
    const output = await outputOf(from, '{ http: { ownendpoint: true } }');
    expect(output).toContain('there is no option "http.ownendpoint" (it was given as true).');
    expect(output).toContain('Did you mean "http.ownEndpoint"? Allowed are ');
    expect(output.indexOf('Did you mean')).toBeLessThan(500);
    expect(output.match(/ownEndpoint, /g)).toHaveLength(1);
  });
});
