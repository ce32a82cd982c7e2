import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';

/**
 * A periodic reader whose timer starts with {@link start}, and not with its `MeterProvider`: that is created while Nest
 * still creates providers, and an application that fails to start must not export.
 */
export class DelayedReader extends PeriodicExportingMetricReader {
  start(): void {
    super.onInitialized();
  }

  protected override onInitialized(): void {}
}
