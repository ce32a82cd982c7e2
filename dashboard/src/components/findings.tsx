import { clockTime } from '../format/time.js';
import { formatFor } from '../format/units.js';
import { usePage } from '../state.js';

/** What is wrong now, as the first thing on the page. */
export function Findings() {
  const { findings } = usePage();
  return (
    <section class="findings" aria-label="Findings" aria-live="polite">
      {findings.length === 0 ? (
        <p class="all-well">
          <span aria-hidden="true">✓ </span>No findings in the last five minutes.
        </p>
      ) : (
        <ul>
          {findings.map(({ id, severity, title, since, confidence, evidence, advice, link }) => (
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
                  <a href={link} rel="noreferrer">
                    Documentation
                  </a>
                </p>
              </details>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
