import type { RejectionReason } from './series/cardinality-limiter.js';

export interface RegistryOptions {
  /** Takes the text of a warning. */
  warn: (text: string) => void;
  texts: RegistryTexts;
}

/** What is said of samples that could not be taken as they were. */
export interface RegistryTexts {
  refused(name: unknown, refusal: RejectionReason, maxSeries: number): string;
  badValue(name: unknown, value: unknown): string;
  badDescription(name: unknown, description: unknown): string;
  overflow(name: string, maxSeries: number): string;
}
