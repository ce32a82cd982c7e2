import { useEffect, useState } from 'preact/hooks';
import { processQuery, usePage } from '../state.js';
import type { MonitorDocument } from './endpoint-types.js';

/** Milliseconds between two reads of the document, for what is not in the history. */
const INTERVAL = 5_000;

/**
 * The document itself, read by a reader of its own as long as a section that needs it is open. While the page is paused, it is read
 * until there is one.
 */
export function useDocument(): MonitorDocument | undefined {
  const { base, process, isPaused } = usePage();
  const [document, setDocument] = useState<MonitorDocument>();
  const isDone = isPaused && document !== undefined;
  useEffect(() => {
    if (isDone) return undefined;
    const aborter = new AbortController();
    const read = async () => {
      try {
        const response = await fetch(`${base}?format=json&reader=dashboard${processQuery(process)}`, {
          signal: aborter.signal,
        });
        if (response.ok) setDocument((await response.json()) as MonitorDocument);
      } catch {
        // The notice on the page says that the process does not answer.
      }
    };
    void read();
    const timer = setInterval(() => void read(), INTERVAL);
    return () => {
      clearInterval(timer);
      aborter.abort();
    };
  }, [base, process, isDone]);
  return document;
}
