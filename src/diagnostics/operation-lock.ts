/** An operation in progress: what it is, when it began, and the client. */
export interface Operation {
  /** Such as `a cpu profile of 10 s`. */
  readonly what: string;
  readonly since: Date;
  /** Such as the address of a client. */
  readonly forWhom: string;
}

/** Another operation is in progress. Only one runs at a time, since each affects the measurements of the others. */
export class OperationInProgressError extends Error {
  override readonly name = 'OperationInProgressError';

  constructor(readonly operation: Operation) {
    super(
      `Busy with ${operation.what}, since ${operation.since.toISOString()}, for ${operation.forWhom}. One at a time.`,
    );
  }
}

/** The application closes, which ends all operations. */
export class OperationsClosedError extends Error {
  override readonly name = 'OperationsClosedError';
}

/** Runs one operation at a time, and ends it when the application closes. */
export class OperationLock {
  private current: Operation | undefined;
  private finished: Promise<unknown> = Promise.resolve();
  private readonly closing = new AbortController();

  /**
   * @param work receives a signal that is aborted when it must end: with the given one, or because the application closes.
   * @throws OperationInProgressError if there is another one.
   */
  async run<T>(
    what: string,
    forWhom: string,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    if (this.current !== undefined) throw new OperationInProgressError(this.current);
    const signals = [this.closing.signal, ...(signal === undefined ? [] : [signal])];
    const combined = AbortSignal.any(signals);
    combined.throwIfAborted();
    this.current = { what, since: new Date(), forWhom };
    const working = work(combined).finally(() => (this.current = undefined));
    this.finished = working.catch(() => {});
    return working;
  }

  /** Whether {@link close} has been called. */
  get isClosing(): boolean {
    return this.closing.signal.aborted;
  }

  /** @returns a promise that resolves when the operation in progress has ended. */
  async close(): Promise<void> {
    this.closing.abort(new OperationsClosedError('The application is closing.'));
    await this.finished;
  }
}
