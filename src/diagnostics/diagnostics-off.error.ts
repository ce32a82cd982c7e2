/** A part of the diagnostics is not switched on. */
export class DiagnosticsOffError extends Error {
  override readonly name = 'DiagnosticsOffError';
}
