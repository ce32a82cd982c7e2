import { useState } from 'preact/hooks';
import type { CpuProfile, Frame, HeapProfile } from '../flame-graph/cpu-profile.js';
import { cpuTree, heapTree } from '../flame-graph/cpu-profile.js';
import { FlameGraph } from '../flame-graph/flame-graph.js';
import { bytes, seconds } from '../format/units.js';
import { pidsOf } from '../components/top-bar.js';
import { processQuery, usePage } from '../state.js';
import type { Section } from './section.js';

type Kind = 'cpu' | 'allocations';

interface Result {
  readonly kind: Kind;
  readonly root: Frame;
  readonly download: string;
  readonly fileName: string;
}

type Status =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly until: number }
  | { readonly kind: 'failed'; readonly message: string };

function Profile() {
  const { base, features, process, processes } = usePage();
  const pids = pidsOf(processes);
  const [chosen, setChosen] = useState<number>();
  // The profile of a group is that of one of its processes.
  const pid = process ?? (chosen !== undefined && pids.includes(chosen) ? chosen : pids[0]);
  const [status, setStatus] = useState<Status>({ kind: 'idle' });
  const [result, setResult] = useState<Result>();
  const [duration, setDuration] = useState(10);

  const run = async (kind: Kind) => {
    setStatus({ kind: 'running', until: Date.now() + duration * 1000 });
    try {
      const format = kind === 'cpu' ? 'cpuprofile' : 'heapprofile';
      const response = await fetch(
        `${base}/profile/${kind}?seconds=${duration}&format=${format}${processQuery(pid)}`,
      );
      const text = await response.text();
      if (!response.ok) throw new Error(text.trim());
      if (result !== undefined) URL.revokeObjectURL(result.download);
      setResult({
        kind,
        root:
          kind === 'cpu'
            ? cpuTree(JSON.parse(text) as CpuProfile)
            : heapTree(JSON.parse(text) as HeapProfile),
        download: URL.createObjectURL(new Blob([text], { type: 'application/json' })),
        fileName: `profile-${pid === undefined ? '' : `${pid}-`}${new Date().toISOString().replace(/[:.]/g, '-')}.${format}`,
      });
      setStatus({ kind: 'idle' });
    } catch (thrown) {
      setStatus({ kind: 'failed', message: (thrown as Error).message });
    }
  };

  if (!features.has('profiles')) {
    return (
      <p class="hint">
        Profiles are off. They show which functions use the CPU and allocate memory. Switch them on with{' '}
        <code>MonitorModule.forRoot({'{ diagnostics: true }'})</code>.
      </p>
    );
  }
  const isRunning = status.kind === 'running';
  return (
    <>
      <form class="profile-form" onSubmit={(event) => event.preventDefault()}>
        {process === undefined && pids.length > 1 && (
          <label>
            Process{' '}
            <select value={pid} onChange={({ currentTarget }) => setChosen(Number(currentTarget.value))}>
              {pids.map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </select>
          </label>
        )}
        <label>
          Seconds{' '}
          <input
            type="number"
            min={1}
            max={60}
            value={duration}
            onInput={(event) => setDuration(Number(event.currentTarget.value))}
          />
        </label>
        <button type="button" disabled={isRunning} onClick={() => void run('cpu')}>
          Profile the CPU
        </button>
        <button type="button" disabled={isRunning} onClick={() => void run('allocations')}>
          Profile allocations
        </button>
      </form>
      <div role="status">
        {isRunning && <p>Profiling for {duration} seconds. The process goes on serving.</p>}
        {status.kind === 'failed' && <p class="notice bad">{status.message}</p>}
      </div>
      {result !== undefined && (
        <>
          <p>
            <a href={result.download} download={result.fileName}>
              Download {result.fileName}
            </a>
          </p>
          <FlameGraph
            key={result.download}
            root={result.root}
            format={result.kind === 'cpu' ? seconds : bytes}
          />
        </>
      )}
    </>
  );
}

export const profile: Section = { id: 'profile', title: 'Profile', Content: Profile, isWithoutHistory: true };
