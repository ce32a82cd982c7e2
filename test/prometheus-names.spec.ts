import { describe, expect, it } from 'vitest';
import { escapingNamed } from '../src/exporters/prometheus/escaping.js';
import { protobufFormat } from '../src/exporters/prometheus/protobuf/protobuf-format.js';
import { OPEN_METRICS, TEXT_1_0_0, withEscaping } from '../src/exporters/prometheus/text-format.js';
import { readExposition } from './support/exposition.js';
import { fillWithInvalidNames } from './support/invalid-names.js';
import { readFamilies } from './support/metric-families.js';
import { present } from './support/present.js';
import { scrapedRegistry, scrapedTwoRegistries, valuesOf } from './support/scrape.js';

const ESCAPINGS = ['underscores', 'dots', 'values', 'allow-utf-8'] as const;
type EscapingName = (typeof ESCAPINGS)[number];

describe.each([
  ['one registry', scrapedRegistry],
  ['two registries merged', scrapedTwoRegistries],
])('the names of %s', (_what, make) => {
  // Each read is by a new reader, who sees the extremes of every gauge.
  let reads = 0;
  const read = async (registry: ReturnType<typeof make>, name: EscapingName, isOpenMetrics = false) => {
    const format = withEscaping(isOpenMetrics ? OPEN_METRICS : TEXT_1_0_0, present(escapingNamed(name)));
    return readExposition(
      (await registry.bytes(format, `reader ${++reads}`)).toString(),
      isOpenMetrics ? 'openmetrics' : 'text',
    );
  };

  // The examples of Prometheus' library for Go.
  it.each<[name: string, underscores: string, dots: string, values: string]>([
    ['escaping_not_required', 'escaping_not_required', 'escaping__not__required', 'escaping_not_required'],
    [
      'mysystem.prod.west.cpu.load',
      'mysystem_prod_west_cpu_load',
      'mysystem_dot_prod_dot_west_dot_cpu_dot_load',
      'U__mysystem_2e_prod_2e_west_2e_cpu_2e_load',
    ],
    [
      'mysystem.prod.west.cpu.load_all',
      'mysystem_prod_west_cpu_load_all',
      'mysystem_dot_prod_dot_west_dot_cpu_dot_load__all',
      'U__mysystem_2e_prod_2e_west_2e_cpu_2e_load__all',
    ],
    ['name with 😱', 'name_with___', 'name__with______', 'U__name_20_with_20__1f631_'],
    ['label with 花火', 'label_with___', 'label__with______', 'U__label_20_with_20__82b1__706b_'],
  ])('%s is escaped as a scraper asks for it', async (name, underscores, dots, values) => {
    const expected = { underscores, dots, values, 'allow-utf-8': name };
    for (const escaping of ESCAPINGS) {
      const registry = make();
      registry.kv(name, 7, { [name]: 'x' });
      const family = (await read(registry, escaping)).get(expected[escaping]);
      expect([escaping, family?.samples]).toEqual([
        escaping,
        [{ name: expected[escaping], labels: { [expected[escaping]]: 'x' }, value: 7 }],
      ]);
    }
  });

  it('are valid and different in every escaping and format, whatever they are', async () => {
    const registry = fillWithInvalidNames(make());
    registry.count('U__jobs_2e_done');
    registry.count('jobs_dot_done');
    const expected = await registry.families('text', 'b');
    const [families, series] = [expected.size, Object.keys(valuesOf(expected)).length];
    for (const escaping of ESCAPINGS) {
      for (const isOpenMetrics of [false, true]) {
        const found = await read(registry, escaping, isOpenMetrics);
        expect([escaping, found.size]).toEqual([escaping, families]);
        if (!isOpenMetrics) expect(Object.keys(valuesOf(found))).toHaveLength(series);
      }
      const protobuf = withEscaping(protobufFormat(), present(escapingNamed(escaping)));
      const decoded = readFamilies(await registry.bytes(protobuf, escaping));
      expect([escaping, decoded.size]).toEqual([escaping, families]);
    }
  });

  it('are those of the application where UTF-8 is allowed, with _total and the unit', async () => {
    const registry = make();
    for (const name of ['jobs.done', 'jobs_done', 'été "\\\n', '1st'])
      registry.count(name, 2, { 'va.lue': 'x' });
    registry.describe('load.user', { unit: 'seconds', buckets: [1] });
    registry.observe('load.user', 0.5);
    registry.observe('load.user', 2, { 'a b': 'y' });
    registry.kv('queue.length', 3);
    const values = valuesOf(await read(registry, 'allow-utf-8'));
    expect(values).toMatchObject({
      'jobs.done_total{va.lue="x"}': 2,
      'jobs_done_total{va.lue="x"}': 2,
      'été "\\\n_total{va.lue="x"}': 2,
      '1st_total{va.lue="x"}': 2,
      'load.user_seconds_bucket{le="1"}': 1,
      'load.user_seconds_sum': 0.5,
      'load.user_seconds_bucket{a b="y",le="+Inf"}': 1,
      'load.user_seconds_count{a b="y"}': 1,
      'queue.length': 3,
      'queue.length_max': 3,
    });
    const families = readFamilies(
      await registry.bytes(withEscaping(protobufFormat(), present(escapingNamed('allow-utf-8')))),
    );
    expect(families.get('load.user_seconds')?.metrics[1]?.labels).toEqual({ 'a b': 'y' });
  });

  it('of the monitor itself are the same where UTF-8 is allowed', async () => {
    const registry = make();
    registry.ownHistogram('http_request_duration', { method: 'GET', route: '/', status: '200' }).observe(1);
    const names = [...(await registry.families('text')).keys()];
    expect([...(await read(registry, 'allow-utf-8')).keys()]).toEqual(names);
    expect([...(await read(registry, 'values')).keys()]).toEqual(names);
    const dotted = await read(registry, 'dots');
    expect(dotted.get('http__server__request__duration__seconds')?.samples[0]).toMatchObject({
      name: 'http__server__request__duration__seconds_bucket',
      labels: { http__request__method: 'GET' },
    });
  });
});
