import { describe, expect, it } from 'vitest';
import { ProcSelfStat } from './proc-self-stat.js';
import { parseProcStat } from './proc-stat.js';
import { NEEDS_LINUX } from '../../../../test/support/tools.js';

const fields = (command: string) =>
  `4242 (${command}) S 1 4242 4242 0 -1 4194304 9000 0 0 0 93 29 0 0 20 0 11 0 123456 11845283840 28000 184467440`;

describe('parseProcStat', () => {
  it.each(['node', 'my app', 'a) S 1 (b', ')', '((', ' '])(
    'reads the fields when the command is called %j',
    (command) => {
      expect(parseProcStat(fields(command))).toEqual({
        numThreads: 11,
        vsizeBytes: 11_845_283_840,
        residentPages: 28_000,
        startedAfterBoot: 1_234.56,
      });
    },
  );

  it.each(['', 'garbage', '4242 (node) S 1', '4242 (node) S a b c d e f g h i j k l m n o p q r s t u v'])(
    'is null for %j',
    (line) => {
      expect(parseProcStat(line)).toBeNull();
    },
  );
});

describe.skipIf(NEEDS_LINUX.isMissing)(`ProcSelfStat${NEEDS_LINUX.reason}`, () => {
  it('reads the same before and after it was closed', () => {
    const stat = new ProcSelfStat();
    stat.open();
    const open = stat.read();
    stat.close();
    stat.close();
    expect(open).toMatchObject({ numThreads: expect.any(Number) as number });
    expect(stat.read()?.startedAfterBoot).toBe(open?.startedAfterBoot);
  });
});
