import { pprof } from './pprof.js';
import type { TableOrder } from './profile-table.js';
import { profileTable } from './profile-table.js';
import type { Profile, ProfileKind } from './profiler.js';

/** The format of a profile. `v8` is a `.cpuprofile` or a `.heapprofile`. */
export type ProfileFormat = 'table' | 'v8' | 'pprof';

export interface TableOptions {
  readonly sort: TableOrder;
  readonly top: number;
}

export interface FormattedProfile {
  readonly body: string | Buffer;
  readonly contentType: string;
  /** The extension of a file with this format. */
  readonly extension: string;
}

/** The file extension of V8's own format, for each kind. */
export const V8_FORMAT: Readonly<Record<ProfileKind, string>> = {
  cpu: 'cpuprofile',
  allocations: 'heapprofile',
};

export const CONTENT_TYPES: Readonly<Record<ProfileFormat, string>> = {
  table: 'text/plain; charset=utf-8',
  v8: 'application/json',
  pprof: 'application/octet-stream',
};

export async function formatProfile(
  { kind, profile, tree }: Profile,
  format: ProfileFormat,
  { sort, top }: TableOptions,
): Promise<FormattedProfile> {
  switch (format) {
    case 'table':
      return {
        body: profileTable(tree, sort, top),
        contentType: CONTENT_TYPES.table,
        extension: 'txt',
      };
    case 'v8':
      return { body: JSON.stringify(profile), contentType: CONTENT_TYPES.v8, extension: V8_FORMAT[kind] };
    case 'pprof':
      return { body: await pprof(tree), contentType: CONTENT_TYPES.pprof, extension: 'pb.gz' };
  }
}
