import type { Attributes } from '@opentelemetry/api';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

/**
 * What tells this process from others, as the attributes of a resource. Hand them to your `MeterProvider`: the SDK
 * takes the resource of all metrics from there, and looks at no producer's.
 *
 * `service.name` is not among them, since only you know it. `service.instance.id` is a new one for each call, so call
 * it once for each process.
 *
 * @example
 * resourceFromAttributes({ 'service.name': 'shop', ...monitorResourceAttributes() })
 */
export function monitorResourceAttributes(): Attributes {
  return {
    'host.name': hostname(),
    'process.pid': process.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    'process.runtime.description': 'Node.js',
    'service.instance.id': randomUUID(),
  };
}
