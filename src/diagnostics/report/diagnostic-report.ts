import { SecretRedactor } from './secrets.js';

/** Node's diagnostic report. Its fields are those of https://nodejs.org/api/report.html, except what is left out. */
export type DiagnosticReport = Record<string, unknown>;

/** Switches of later versions of Node than the types are of. */
interface ReportSwitches {
  excludeEnv?: boolean;
  excludeNetwork?: boolean;
}

/**
 * Node's diagnostic report, without the environment, the command line, the title of the process, and whatever looks like a
 * secret. Names of hosts are not looked up for it, which could take long.
 */
export function diagnosticReport(redactor = new SecretRedactor()): DiagnosticReport {
  const { report } = process;
  if (report === undefined) return {};
  const given = withoutNetwork(report as ReportSwitches, () => report.getReport() as unknown);
  const parsed = (typeof given === 'string' ? JSON.parse(given) : given) as DiagnosticReport;
  return redactor.redact(withoutSecretParts(parsed)) as DiagnosticReport;
}

/** Each worker thread has a report of its own in that of the process, with the same environment and command line. */
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
    // The application may use reports of its own.
    if (excludeEnv !== undefined) report.excludeEnv = excludeEnv;
    if (excludeNetwork !== undefined) report.excludeNetwork = excludeNetwork;
  }
}

/** A symbol has the file that it is from in brackets, which is the title of the process for Node itself. */
function nativeFrames(frames: unknown): unknown {
  if (!Array.isArray(frames)) return [];
  return (frames as { pc?: unknown; symbol?: unknown }[]).map(({ pc, symbol }) => ({
    pc,
    symbol: typeof symbol === 'string' ? symbol.replace(/\s*\[[^\]]*\]?\s*$/, '') : null,
  }));
}
