import type { MetricDefinition, MetricKind } from '../../metrics/definitions/metric-definition.js';
import type { AttributeMap } from './attributes.js';
import { attributeMapOf } from './attributes.js';

/** How a metric is exported to OpenTelemetry. */
export interface Convention {
  readonly kind: MetricKind;
  readonly name: string;
  /** A UCUM code. */
  readonly unit: string;
  readonly description: string;
  /** The attribute that each label becomes; a label that is not named here keeps its name. */
  readonly attributes: AttributeMap;
  /** For a gauge that adds up over its attributes: an up-down counter. */
  readonly isUpDown: boolean;
}

const KNOWN = new WeakMap<MetricDefinition, Convention>();

/** The convention of a metric of the monitor itself; `undefined` for one whose numbers are exported as another metric. */
export function conventionOf(definition: MetricDefinition): Convention | undefined {
  const { kind, help: description, openTelemetry } = definition;
  if (openTelemetry === undefined) return undefined;
  let convention = KNOWN.get(definition);
  if (convention === undefined) {
    const { name, unit, isUpDown = false } = openTelemetry;
    const attributes = attributeMapOf(openTelemetry.attributes);
    convention = { kind, name, unit, description, attributes, isUpDown };
    KNOWN.set(definition, convention);
  }
  return convention;
}
