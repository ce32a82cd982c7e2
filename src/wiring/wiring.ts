import type { ModuleMetadata } from '@nestjs/common';

/** The providers of one folder of `src/`, and what is injected into them, so that the folders need not know each other. */
export interface Wiring extends Required<Pick<ModuleMetadata, 'providers' | 'exports'>> {}
