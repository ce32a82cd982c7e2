import type { ComponentType } from 'preact';
import type { PageState } from '../state.js';

/** A section of the page. To add one, write a file that exports one and put it into the list in `index.ts`. */
export interface Section {
  /** The part of the address of the page after `#`. */
  readonly id: string;
  readonly title: string;
  readonly Content: ComponentType;
  /** Whether it shows nothing of the history. */
  readonly isWithoutHistory?: boolean;
  /** Whether there is anything to show. Without it, the section is always shown. */
  readonly isShown?: (page: PageState) => boolean;
}
