import type { TestRegistry } from './registry.js';

/** A registry with names, labels and values that are invalid or ambiguous in Prometheus. */
export function fillWithInvalidNames<R extends TestRegistry>(registry: R): R {
  for (const name of [
    'jobs.done',
    'jobs_done',
    'jobs-done',
    'jobs_done_total',
    'jobs done',
    '1st',
    'été',
    '数',
    '__x',
    'total',
    '_total',
    'x:y',
  ]) {
    registry.count(name);
  }
  for (const name of [
    'process_cpu_seconds',
    'process_cpu_seconds_total',
    'monitor_requests',
    '__proto__',
    'constructor',
  ]) {
    registry.count(name, 2);
  }
  for (const name of [
    'queue',
    'queue_min',
    'queue_max',
    'load_total',
    'h_count',
    'h_bucket',
    'g_sum',
    'n\0\n"\\',
  ]) {
    registry.kv(name, -1.5);
  }
  registry.count('h_sum');
  registry.observe('h', 0);
  registry.observe('h', -3);
  registry.observe('h', 5, { le: '7', quantile: '0.5', __name__: 'x' });
  registry.describe('bounded', { buckets: [-1, 0.1, 1e21] });
  registry.observe('bounded', 0.1);
  registry.describe('described', { help: 'a\n"b"\\c\0\ud800', unit: 'seconds' });
  registry.count('described', 0.25);
  for (const value of [
    '',
    '""',
    '\\',
    '\n',
    '"',
    '\0',
    '\ud800',
    '\ud801',
    '\ufffd',
    '\ufffd0000',
    'ü☃😀',
    '\r\t\x7f',
    '{a="b"}',
  ]) {
    registry.count('labels', 1, { value });
  }
  registry.count('labels');
  registry.count('labels', 1, { 'va.lue': 'x' });
  registry.count('labels', 1, { 'va-lue': 'x' });
  registry.count('labels', 1, { va_lue: 'x' });
  registry.count('labels', 1, {
    'va.lue': '1',
    va_lue: '2',
    'x="': '3',
    ' ': '4',
    le: '5',
    exported_le: '6',
    '9': '7',
  });
  registry.kv('big', 1e300);
  registry.kv('small', -5e-324);
  registry.kv('zero', -0);
  registry.gauge('never_set');
  registry.count('huge', 2 ** 60);
  return registry;
}
