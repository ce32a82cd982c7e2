import { useState } from 'preact/hooks';
import type { CpuProfile, Frame, HeapProfile } from '../flame-graph/cpu-profile.js';
import { cpuTree, heapTree } from '../flame-graph/cpu-profile.js';
import { processQuery } from '../state.js';

export type ProfileKind = 'cpu' | 'allocations';

export interface ProfileResult {
  readonly kind: ProfileKind;
  readonly root: Frame;
  /** Address of the file. */
  readonly download: string;
  readonly fileName: string;
}

export type ProfileStatus =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly seconds: number }
  | { readonly kind: 'failed'; readonly message: string };

/** The profile that the page takes, and the last one that it has taken. */
export interface ProfileState {
  readonly status: ProfileStatus;
  readonly result: ProfileResult | undefined;
  /** @param process the one to profile; `undefined` for the one that answers. */
  readonly run: (kind: ProfileKind, seconds: number, process: string | undefined) => Promise<void>;
}

/** It is used by the page itself, so that a profile goes on while another section is open. */
export function useProfile(base: string): ProfileState {
  const [status, setStatus] = useState<ProfileStatus>({ kind: 'idle' });
  const [result, setResult] = useState<ProfileResult>();

  const run: ProfileState['run'] = async (kind, seconds, process) => {
    setStatus({ kind: 'running', seconds });
    try {
      const format = kind === 'cpu' ? 'cpuprofile' : 'heapprofile';
      const response = await fetch(
        `${base}/profile/${kind}?seconds=${seconds}&format=${format}${processQuery(process)}`,
      );
      const text = await response.text();
      if (!response.ok) throw new Error(text.trim());
      if (result !== undefined) URL.revokeObjectURL(result.download);
      const of = process === undefined ? '' : `${process.replace(':', '-')}-`;
      const time = new Date().toISOString().replace(/[:.]/g, '-');
      setResult({
        kind,
        root: treeOf(kind, text),
        download: URL.createObjectURL(new Blob([text], { type: 'application/json' })),
        fileName: `profile-${of}${time}.${format}`,
      });
      setStatus({ kind: 'idle' });
    } catch (thrown) {
      setStatus({ kind: 'failed', message: (thrown as Error).message });
    }
  };
  return { status, result, run };
}

function treeOf(kind: ProfileKind, text: string): Frame {
  return kind === 'cpu' ? cpuTree(JSON.parse(text) as CpuProfile) : heapTree(JSON.parse(text) as HeapProfile);
}
