import { useEffect, useState } from 'preact/hooks';
import { usePage } from '../state.js';
import type { MonitorDocument, ProcessState } from './endpoint-types.js';

/** Milliseconds between two reads of all processes. */
const INTERVAL = 5_000;

/** A process, and what it does now. Numbers that are not known (yet) are `null`. */
export interface ProcessRow extends ProcessState {
  /** Percent of one core. */
  readonly cpu: number | null;
  readonly memory: number | null;
  /** From 0 to 1. */
  readonly loop: number | null;
  /** Per second, since the read before. */
  readonly requests: number | null;
  readonly errors: number | null;
  readonly uptime: number | null;
}

interface Totals {
  readonly time: number;
  readonly requests: number;
  readonly errors: number;
}

/** All processes that answer together, each read by itself, as long as the section is open. */
export function useProcesses(): readonly ProcessRow[] {
  const { base, isPaused } = usePage();
  const [rows, setRows] = useState<readonly ProcessRow[]>([]);
  useEffect(() => {
    if (isPaused) return undefined;
    const aborter = new AbortController();
    const before = new Map<number, Totals>();
    const get = async (query: string): Promise<MonitorDocument | undefined> => {
      const url = `${base}?format=json&reader=dashboard-processes${query}`;
      const response = await fetch(url, { signal: aborter.signal });
      return response.ok ? ((await response.json()) as MonitorDocument) : undefined;
    };
    const rowOf = async (state: ProcessState): Promise<ProcessRow> => {
      // A thread is part of what its process answers, and one that has ended has no numbers of now.
      const isRead = state.thread === null && state.state === 'ok';
      const document = isRead ? await get(`&process=${state.pid}`) : undefined;
      if (document === undefined) return { ...state, ...UNKNOWN };
      const totals = totalsOf(document);
      const last = before.get(state.pid);
      before.set(state.pid, totals);
      const perSecond = (key: 'requests' | 'errors') =>
        last === undefined ? null : (totals[key] - last[key]) / ((totals.time - last.time) / 1000);
      const { process, gauges } = document;
      return {
        ...state,
        cpu: process.cpu.percent,
        memory: process.meminfo.rss_bytes,
        loop: gauges?.['eventloop_utilization'] ?? null,
        requests: perSecond('requests'),
        errors: perSecond('errors'),
        uptime: process.uptime,
      };
    };
    const read = async () => {
      try {
        const processes = (await get(''))?.processes ?? [];
        setRows(await Promise.all(processes.map(rowOf)));
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
  }, [base, isPaused]);
  return rows;
}

const UNKNOWN = { cpu: null, memory: null, loop: null, requests: null, errors: null, uptime: null };

function totalsOf({ counters }: MonitorDocument): Totals {
  return {
    time: Date.now(),
    requests: counters?.['requests'] ?? 0,
    errors: counters?.['http_responses{class="5xx"}'] ?? 0,
  };
}
