import { useState } from 'preact/hooks';
import type { HistoryDocument, ProcessActivity } from './data/endpoint-types.js';

const PARAMETER = 'process';

/** The process that the page shows, which is in its address; `undefined` for all that answer together. */
export function useProcess(): [number | undefined, (pid: number | undefined) => void] {
  const [process, setProcess] = useState(inAddress);
  const show = (pid: number | undefined) => {
    const address = new URL(location.href);
    if (pid === undefined) address.searchParams.delete(PARAMETER);
    else address.searchParams.set(PARAMETER, String(pid));
    history.replaceState(null, '', address);
    setProcess(pid);
  };
  return [process, show];
}

function inAddress(): number | undefined {
  const given = new URLSearchParams(location.search).get(PARAMETER);
  return given !== null && /^[1-9]\d{0,9}$/.test(given) ? Number(given) : undefined;
}

/** All processes that answer together, for a page that shows one of them. */
export async function readProcesses(base: string): Promise<readonly ProcessActivity[]> {
  try {
    const response = await fetch(`${base}/history?series=-`, { headers: { accept: 'application/json' } });
    return response.ok ? (((await response.json()) as HistoryDocument).processes ?? []) : [];
  } catch {
    return [];
  }
}
