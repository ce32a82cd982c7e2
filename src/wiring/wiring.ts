import type { ModuleMetadata } from '@nestjs/common';

/** The providers of one folder of `src/`, which do not know each other's folders: what is passed to what. */
export interface Wiring extends Required<Pick<ModuleMetadata, 'providers' | 'exports'>> {}
