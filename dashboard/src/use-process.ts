import { useEffect, useState } from 'preact/hooks';
import type { HistoryDocument, ProcessActivity } from './data/endpoint-types.js';

const PARAMETER = 'process';

/** The process that the page shows, from the query of its address; `undefined` for the whole group. */
export function useProcess(): [string | undefined, (name: string | undefined) => void] {
  const [process, setProcess] = useState(inAddress);
  const show = (name: string | undefined) => {
    const address = new URL(location.href);
    if (name === undefined) address.searchParams.delete(PARAMETER);
    else address.searchParams.set(PARAMETER, name);
    history.replaceState(null, '', address);
    setProcess(name);
  };
  return [process, show];
}

function inAddress(): string | undefined {
  const given = new URLSearchParams(location.search).get(PARAMETER);
  return given !== null && /^(?:[^:]{1,255}:)?[1-9]\d{0,9}$/.test(given) ? given : undefined;
}

/** Milliseconds between two reads of the processes. */
const INTERVAL = 10_000;

/** Reads all processes of the group again and again, for a page that shows one of them. */
export function useProcessList(
  base: string,
  process: string | undefined,
  onProcesses: (processes: readonly ProcessActivity[]) => void,
): void {
  useEffect(() => {
    if (process === undefined) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const aborter = new AbortController();
    const read = async () => {
      const processes = document.hidden ? undefined : await readProcesses(base, aborter.signal);
      if (aborter.signal.aborted) return;
      if (processes !== undefined) onProcesses(processes);
      timer = setTimeout(() => void read(), INTERVAL);
    };
    void read();
    return () => {
      clearTimeout(timer);
      aborter.abort();
    };
  }, [base, process]);
}

/** @returns `undefined` if there is no answer. */
async function readProcesses(
  base: string,
  signal: AbortSignal,
): Promise<readonly ProcessActivity[] | undefined> {
  try {
    const headers = { accept: 'application/json' };
    const response = await fetch(`${base}/history?series=-&last=1`, { headers, signal });
    return response.ok ? (((await response.json()) as HistoryDocument).processes ?? []) : undefined;
  } catch {
    return undefined;
  }
}
