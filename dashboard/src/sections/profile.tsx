import { useState } from 'preact/hooks';
import { FlameGraph } from '../flame-graph/flame-graph.js';
import { bytes, seconds } from '../format/units.js';
import { namesOf } from '../data/process-name.js';
import { usePage } from '../state.js';
import type { Section } from './section.js';

function Profile() {
  const {
    features,
    process,
    processes,
    profile: { status, result, run },
  } = usePage();
  const names = namesOf(processes);
  const [chosen, setChosen] = useState<string>();
  // The profile of a group is that of one of its processes.
  const name = process ?? (chosen !== undefined && names.includes(chosen) ? chosen : names[0]);
  const [duration, setDuration] = useState(10);

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
        {process === undefined && names.length > 1 && (
          <label>
            Process{' '}
            <select value={name} onChange={({ currentTarget }) => setChosen(currentTarget.value)}>
              {names.map((one) => (
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
        <button type="button" disabled={isRunning} onClick={() => void run('cpu', duration, name)}>
          Profile the CPU
        </button>
        <button type="button" disabled={isRunning} onClick={() => void run('allocations', duration, name)}>
          Profile allocations
        </button>
      </form>
      <div role="status">
        {isRunning && <p>Profiling for {status.seconds} seconds. The process goes on serving.</p>}
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
