import { useState } from 'preact/hooks';
import type { Finding } from '../data/endpoint-types.js';
import { clockTime } from '../format/time.js';
import { formatFor } from '../format/units.js';
import { usePage } from '../state.js';

/** Findings that are shown at first, the most severe ones. More of them would push the numbers out of view. */
const SHOWN = 3;

/** The rules evaluate this many steps of one second: with fewer, some of them cannot find anything yet. */
const STEPS_OF_RULES = 300;

/** What is wrong now, at the top of the page. */
export function Findings() {
  const { findings, store } = usePage();
  const isComplete = store.times(1).length >= STEPS_OF_RULES;
  const [showsAll, setShowsAll] = useState(false);
  // The same finding in several processes is shown once.
  const groups = [...Map.groupBy(findings, ({ id }) => id).values()];
  const shown = showsAll ? groups : groups.slice(0, SHOWN);
  return (
    <section class="findings" aria-label="Findings" aria-live="polite">
      {findings.length === 0 ? (
        <p class={isComplete ? 'all-well' : 'hint'}>
          {isComplete
            ? '✓ No findings in the last five minutes.'
            : 'No findings yet. Some rules need five minutes of history.'}
        </p>
      ) : (
        <ul>
          {shown.map((group) => {
            const [first] = group as [Finding, ...Finding[]];
            return (
              <li key={first.id} class={`finding ${first.severity}`}>
                <details>
                  <summary>
                    <span class="severity">{first.severity === 'critical' ? 'Critical' : 'Warning'}</span>
                    {first.process !== undefined && <span class="process">{processesOf(group)}</span>}
                    {first.title}
                  </summary>
                  <p>{first.advice}</p>
                  {group.map((finding) => (
                    <Evidence key={finding.process?.pid} finding={finding} />
                  ))}
                </details>
              </li>
            );
          })}
        </ul>
      )}
      {groups.length > SHOWN && (
        <button type="button" class="link" aria-expanded={showsAll} onClick={() => setShowsAll(!showsAll)}>
          {showsAll ? 'Show fewer findings' : `Show all ${groups.length} findings`}
        </button>
      )}
    </section>
  );
}

function Evidence({ finding: { since, confidence, evidence, link, process } }: { finding: Finding }) {
  return (
    <p class="evidence">
      {process !== undefined && `${nameOf(process)}: `}
      Since {clockTime(Date.parse(since))}. Confidence: {confidence}. Evidence:{' '}
      {evidence.map(({ series, value, unit }) => `${series} = ${formatFor(unit ?? null)(value)}`).join(', ')}.{' '}
      {/^https?:/.test(link) ? (
        <a href={link} rel="noreferrer">
          Documentation
        </a>
      ) : (
        <>
          Documentation: <code>{link}</code>
        </>
      )}
    </p>
  );
}

/** One or two names, or the number of processes. */
function processesOf(findings: readonly Finding[]): string {
  const names = findings.flatMap(({ process }) => (process === undefined ? [] : [nameOf(process)]));
  return names.length <= 2 ? names.join(', ') : `${names.length} processes`;
}

function nameOf({ pid, thread }: NonNullable<Finding['process']>): string {
  return thread === null ? `Process ${pid}` : `Process ${pid}, thread ${thread}`;
}
