import type {
  AggregationOption,
  InstrumentType,
  PushMetricExporter,
  ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { AggregationTemporality, AggregationType } from '@opentelemetry/sdk-metrics';
import type { FailureLog } from '../../common/failure-log.js';

type OnResult = Parameters<PushMetricExporter['export']>[1];

/** `ExportResultCode.SUCCESS` of `@opentelemetry/core`, which would be one more peer dependency. */
const SUCCESS: number = 0;

/** Logs when the exports of an exporter begin to fail, and when they succeed again. */
export class LoggedExporter implements PushMetricExporter {
  constructor(
    private readonly exporter: PushMetricExporter,
    private readonly failures: FailureLog,
  ) {}

  export(metrics: ResourceMetrics, onResult: OnResult): void {
    this.exporter.export(metrics, (result) => {
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
