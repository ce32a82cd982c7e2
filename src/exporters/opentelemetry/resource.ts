import type { Attributes } from '@opentelemetry/api';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

/**
 * The resource attributes that identify this process: `host.name`, `process.pid`, `process.runtime.*` and
 * `service.instance.id`. Pass them to your `MeterProvider`: the SDK ignores the resource of a producer.
 *
 * `service.name` is not included, because only the application knows it. `service.instance.id` is a new UUID with each call, so
 * call this once in a process.
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
