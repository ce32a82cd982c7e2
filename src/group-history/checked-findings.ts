import type { Finding, FindingEvidence } from '../findings/finding.js';
import { NotHistoryError } from '../history/merging/checked-series.js';
import type { HistoryOwner } from '../history/merging/history-copy.js';

/** The most findings that are accepted from one process, which sends at most five of each rule. */
const MOST = 200;

/** Checks the findings that a process has sent, and adds the process to each. @throws NotHistoryError */
export function checkedFindings(findings: unknown, { pid, thread }: HistoryOwner): Finding[] {
  if (!Array.isArray(findings) || findings.length > MOST) throw new NotHistoryError('no findings');
  return findings.map((finding: unknown): Finding => {
    const { id, rule, severity, title, confidence, since, evidence, advice, link } = (finding ??
      {}) as Finding;
    const texts: unknown[] = [id, rule, title, confidence, since, advice, link];
    if (texts.some((text) => typeof text !== 'string') || !Array.isArray(evidence))
      throw new NotHistoryError('no finding');
    return {
      id,
      rule,
      severity: severity === 'critical' ? 'critical' : 'warning',
      title,
      confidence,
      since,
      evidence: evidence.map(checkedEvidence),
      advice,
      link,
      process: { pid, thread },
    };
  });
}

function checkedEvidence(evidence: unknown): FindingEvidence {
  const { series, value, unit } = (evidence ?? {}) as FindingEvidence;
  if (typeof series !== 'string' || typeof value !== 'number')
    throw new NotHistoryError('no evidence of a finding');
  return { series, value, ...(typeof unit === 'string' && { unit }) };
}
