export const NOT_ANSWERING = 'It does not answer the other processes.';

export const NOT_ANSWERING_ADVICE =
  'Its event loop is blocked, it is stopped, or it gets no CPU. Look at its CPU: if it uses a whole core, it is JavaScript that does not ' +
  'return. The requests that it has accepted wait. With diagnostics on, the block is explained when it ends.';

export const HISTORY_LEFT_OUT = (pid: number, reason: string): string =>
  `The history of process ${pid} is left out of the charts of the group: ${reason}`;
