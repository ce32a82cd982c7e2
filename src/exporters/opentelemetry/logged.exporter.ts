import type {
  AggregationOption,
  InstrumentType,
  PushMetricExporter,
  ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { AggregationTemporality, AggregationType } from '@opentelemetry/sdk-metrics';
import type { CallContext } from '../../common/call-context.js';
import type { FailureLog } from '../../common/failure-log.js';

type OnResult = Parameters<PushMetricExporter['export']>[1];
type ExportResult = Parameters<OnResult>[0];

/** `ExportResultCode` of `@opentelemetry/core`, which would be one more peer dependency. */
const [SUCCESS, FAILED] = [0, 1] as [number, number];

/**
 * Logs when the exports of an exporter begin to fail, and when they succeed again. Its requests do not count as outgoing
 * requests of the application.
 */
export class LoggedExporter implements PushMetricExporter {
  constructor(
    private readonly exporter: PushMetricExporter,
    private readonly failures: FailureLog,
    private readonly context: CallContext,
  ) {}

  export(metrics: ResourceMetrics, onResult: OnResult): void {
    const exported = this.context.own(
      () => new Promise<ExportResult>((resolve) => this.exporter.export(metrics, resolve)),
    );
    void exported
      .catch((error: Error): ExportResult => ({ code: FAILED, error }))
      .then((result) => {
        if (result.code === SUCCESS) this.failures.succeeded();
        else this.failures.failed(result.error);
        onResult(result);
      });
  }

  forceFlush(): Promise<void> {
    return this.exporter.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  selectAggregationTemporality(instrument: InstrumentType): AggregationTemporality {
    return this.exporter.selectAggregationTemporality?.(instrument) ?? AggregationTemporality.CUMULATIVE;
  }

  selectAggregation(instrument: InstrumentType): AggregationOption {
    return this.exporter.selectAggregation?.(instrument) ?? { type: AggregationType.DEFAULT };
  }
}
