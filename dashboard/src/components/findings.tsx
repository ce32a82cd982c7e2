import { useState } from 'preact/hooks';
import { clockTime } from '../format/time.js';
import { formatFor } from '../format/units.js';
import { usePage } from '../state.js';

/** The most severe come first. More of them would push the numbers out of sight. */
const SHOWN = 3;

/** The rules look at so many steps of one second: with fewer, some of them have nothing to say yet. */
const STEPS_OF_RULES = 300;

/** What is wrong now, as the first thing on the page. */
export function Findings() {
  const { findings, store } = usePage();
  const isComplete = store.times(1).length >= STEPS_OF_RULES;
  const [showsAll, setShowsAll] = useState(false);
  const shown = showsAll ? findings : findings.slice(0, SHOWN);
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
          {shown.map(({ id, severity, title, since, confidence, evidence, advice, link }) => (
            <li key={id} class={`finding ${severity}`}>
              <details>
                <summary>
                  <span class="severity">{severity === 'critical' ? 'Critical' : 'Warning'}</span>
                  {title}
                </summary>
                <p>{advice}</p>
                <p class="evidence">
                  Since {clockTime(Date.parse(since))}. Confidence: {confidence}. Evidence:{' '}
                  {evidence
                    .map(({ series, value, unit }) => `${series} = ${formatFor(unit ?? null)(value)}`)
                    .join(', ')}
                  .{' '}
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
              </details>
            </li>
          ))}
        </ul>
      )}
      {findings.length > SHOWN && (
        <button type="button" class="link" aria-expanded={showsAll} onClick={() => setShowsAll(!showsAll)}>
          {showsAll ? 'Show fewer findings' : `Show all ${findings.length} findings`}
        </button>
      )}
    </section>
  );
}
