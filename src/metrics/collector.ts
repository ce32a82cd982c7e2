/**
 * Fills the registry by itself, as long as it runs. What {@link start} begins, {@link stop} ends: a timer, an
 * observer or a descriptor that outlives it keeps a closed application alive.
 */
export interface Collector {
  /** Begins to measure. Called once, when the application has started. */
  start(): void;
  /** Brings the numbers up to date. Called before each snapshot is taken. */
  collect?(): void;
  /** Ends everything that {@link start} began. May be called without a start, and more than once. */
  stop(): void;
}
