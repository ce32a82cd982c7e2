import type { FailureTexts } from '../../common/failure-log.js';
import { times } from '../../common/failure-log.js';

/** For a variable of the environment with a value that OpenTelemetry does not know. */
export const IGNORED_VARIABLE = (name: string, value: string, allowed: string): string =>
  `${name} is ${JSON.stringify(value)}, and is ignored: it must be ${allowed}.`;

/** Names what needs the packages of OpenTelemetry, in the error about a missing package. */
export const PURPOSE = 'MonitorOpenTelemetryModule';

export const NO_GRPC =
  'OTLP over gRPC needs an exporter of yours: MonitorOpenTelemetryModule.forRoot({ exporter: new OTLPMetricExporter() }), with ' +
  'that of @opentelemetry/exporter-metrics-otlp-grpc. Or set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf.';

/** The SDK itself reports failures only to a logger that an application sets up for it. */
export const EXPORT_FAILURES: FailureTexts = {
  failed: (reason) =>
    `The export over OpenTelemetry failed: ${reason}. It is tried again with the next interval. Further failures are summarised here.`,
  failedAgain: (count, duration, reason) =>
    `The export over OpenTelemetry failed ${times(count)} in ${duration}. The last reason: ${reason}.`,
  worksAgain: (count, duration) =>
    `The export over OpenTelemetry works again. It had failed ${times(count)} in ${duration}.`,
};

/** For an exporter that rejects when the application closes. */
export const NOT_SHUT_DOWN = (reason: string): string =>
  `The export over OpenTelemetry was not shut down cleanly: ${reason}. The last metrics may be missing.`;
