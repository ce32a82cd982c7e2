import { SecretRedactor } from './secrets.js';

/** Node's diagnostic report. Its fields are those of https://nodejs.org/api/report.html, except those that are left out. */
export type DiagnosticReport = Record<string, unknown>;

/** Switches of newer versions of Node, which the types do not contain. */
interface ReportSwitches {
  excludeEnv?: boolean;
  excludeNetwork?: boolean;
}

/**
 * Node's diagnostic report, without the environment, the command line, the title of the process, and whatever looks like a
 * secret. Host names are not looked up, since that could take long.
 */
export function diagnosticReport(redactor = new SecretRedactor()): DiagnosticReport {
  const { report } = process;
  if (report === undefined) return {};
  const given = withoutNetwork(report as ReportSwitches, () => report.getReport() as unknown);
  const parsed = (typeof given === 'string' ? JSON.parse(given) : given) as DiagnosticReport;
  return redactor.redact(withoutSecretParts(parsed)) as DiagnosticReport;
}

/** The report contains a report of each worker thread, with the same environment and command line. */
function withoutSecretParts(report: DiagnosticReport): DiagnosticReport {
  const { environmentVariables: _environment, header, nativeStack, workers, ...kept } = report;
  const { commandLine: _commandLine, ...keptHeader } = (header ?? {}) as Record<string, unknown>;
  return {
    ...kept,
    header: keptHeader,
    nativeStack: nativeFrames(nativeStack),
    workers: Array.isArray(workers) ? (workers as DiagnosticReport[]).map(withoutSecretParts) : [],
  };
}

function withoutNetwork<T>(report: ReportSwitches, read: () => T): T {
  const { excludeEnv, excludeNetwork } = report;
  if (excludeEnv !== undefined) report.excludeEnv = true;
  if (excludeNetwork !== undefined) report.excludeNetwork = true;
  try {
    return read();
  } finally {
    // The application may make reports itself.
    if (excludeEnv !== undefined) report.excludeEnv = excludeEnv;
    if (excludeNetwork !== undefined) report.excludeNetwork = excludeNetwork;
  }
}

/** Removes the file from each symbol, which follows it in brackets. For Node itself, that is the title of the process. */
function nativeFrames(frames: unknown): unknown {
  if (!Array.isArray(frames)) return [];
  return (frames as { pc?: unknown; symbol?: unknown }[]).map(({ pc, symbol }) => ({
    pc,
    symbol: typeof symbol === 'string' ? symbol.replace(/\s*\[[^\]]*\]?\s*$/, '') : null,
  }));
}
