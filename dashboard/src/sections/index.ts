import { eventLoop } from './event-loop.js';
import { handlers } from './handlers.js';
import { memory } from './memory.js';
import { metrics } from './metrics.js';
import { overview } from './overview.js';
import { processes } from './processes.js';
import { profile } from './profile.js';
import { routes } from './routes.js';
import type { Section } from './section.js';

/** All sections, in the order of the navigation. */
export const SECTIONS: readonly Section[] = [
  overview,
  routes,
  handlers,
  eventLoop,
  memory,
  metrics,
  profile,
  processes,
];
