import * as api from '@opentelemetry/api';
import * as sdk from '@opentelemetry/sdk-metrics';
import { expect, it } from 'vitest';
import { AggregationTemporality, DataPointType, ValueType } from './otel-enums.js';

it('has the values of the enums of OpenTelemetry', () => {
  expect(sdk.AggregationTemporality).toMatchObject(AggregationTemporality);
  expect(sdk.DataPointType).toMatchObject(DataPointType);
  expect(api.ValueType).toMatchObject(ValueType);
});
