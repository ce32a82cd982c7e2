import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import { all, doubleOf, fieldsOf, fixed64Of, one, textOf, varintsOf, zigzagOf } from './protobuf.js';
import type { Field } from './protobuf.js';
import { only } from './present.js';

type Attributes = Record<string, string | number | boolean>;

export interface OtlpPoint {
  attributes: Attributes;
  /** Nanoseconds since 1970. */
  start: number;
  time: number;
  value?: number | undefined;
  count?: number;
  sum?: number | undefined;
  min?: number | undefined;
  max?: number | undefined;
  scale?: number;
  zeroCount?: number;
  positive?: { offset: number; counts: number[] };
  negative?: { offset: number; counts: number[] };
}

export interface OtlpMetric {
  name: string;
  description: string;
  unit: string;
  scope: string;
  type: 'gauge' | 'sum' | 'histogram' | 'exponentialHistogram';
  /** 1 is delta, 2 is cumulative. */
  temporality: number;
  isMonotonic: boolean;
  points: OtlpPoint[];
}

export interface OtlpRequest {
  resource: Attributes;
  metrics: OtlpMetric[];
  metric: (name: string) => OtlpMetric | undefined;
}

/** An OTLP endpoint that decodes the requests. With `refusing`, it responds with an error. */
export async function startCollector() {
  const requests: OtlpRequest[] = [];
  const collector = { requests, refusing: false, url: '' };
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const isGzip = request.headers['content-encoding'] === 'gzip';
      const plain = isGzip ? gunzipSync(body) : body;
      const isJson = request.headers['content-type'] === 'application/json';
      if (!collector.refusing) requests.push(isJson ? fromJson(plain) : fromProtobuf(plain));
      response.writeHead(collector.refusing ? 400 : 200).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => server.close().closeAllConnections());
  collector.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/metrics`;
  return collector;
}

function requestOf(resource: Attributes, metrics: OtlpMetric[]): OtlpRequest {
  return { resource, metrics, metric: (name) => metrics.find((metric) => metric.name === name) };
}

function fromProtobuf(bytes: Buffer): OtlpRequest {
  const resourceMetrics = only(all(fieldsOf(bytes), 1).map(fieldsOf));
  const resource = only(all(resourceMetrics, 1).map(fieldsOf));
  const metrics = all(resourceMetrics, 2).flatMap((scopeMetrics) => {
    const fields = fieldsOf(scopeMetrics);
    const scope = textOf(one(fieldsOf(only(all(fields, 1))), 1));
    return all(fields, 2).map((metric) => metricOf(fieldsOf(metric), scope));
  });
  return requestOf(attributesOf(resource, 1), metrics);
}

const TYPES = { 5: 'gauge', 7: 'sum', 9: 'histogram', 10: 'exponentialHistogram' } as const;

function metricOf(fields: Field[], scope: string): OtlpMetric {
  const [number, data] = fields.find(([candidate]) => candidate in TYPES) ?? [5, Buffer.alloc(0)];
  const inside = fieldsOf(data as Buffer);
  const type = TYPES[number as keyof typeof TYPES];
  return {
    name: textOf(one(fields, 1)),
    description: textOf(one(fields, 2)),
    unit: textOf(one(fields, 3)),
    scope,
    type,
    temporality: Number(one(inside, 2) ?? 0n),
    isMonotonic: one(inside, 3) === 1n,
    points: all(inside, 1).map((point) =>
      type === 'exponentialHistogram' ? exponentialPoint(fieldsOf(point)) : numberPoint(fieldsOf(point)),
    ),
  };
}

function numberPoint(fields: Field[]): OtlpPoint {
  return {
    attributes: attributesOf(fields, 7),
    start: fixed64Of(one(fields, 2)),
    time: fixed64Of(one(fields, 3)),
    value: doubleOf(one(fields, 4)),
  };
}

function exponentialPoint(fields: Field[]): OtlpPoint {
  return {
    attributes: attributesOf(fields, 1),
    start: fixed64Of(one(fields, 2)),
    time: fixed64Of(one(fields, 3)),
    count: fixed64Of(one(fields, 4)),
    sum: doubleOf(one(fields, 5)),
    scale: zigzagOf(one(fields, 6)),
    zeroCount: fixed64Of(one(fields, 7)),
    positive: bucketsOf(all(fields, 8)),
    negative: bucketsOf(all(fields, 9)),
    min: doubleOf(one(fields, 12)),
    max: doubleOf(one(fields, 13)),
  };
}

function bucketsOf(buckets: Buffer[]): { offset: number; counts: number[] } {
  const fields = fieldsOf(only(buckets));
  return { offset: zigzagOf(one(fields, 1)), counts: varintsOf(one(fields, 2)) };
}

function attributesOf(fields: Field[], number: number): Attributes {
  return Object.fromEntries(
    all(fields, number).map((pair) => {
      const [key, value] = [one(fieldsOf(pair), 1), fieldsOf(one(fieldsOf(pair), 2) as Buffer)];
      const [kind, content] = only(value);
      if (kind === 1) return [textOf(key), textOf(content)];
      if (kind === 2) return [textOf(key), content === 1n];
      return [textOf(key), kind === 3 ? Number(content) : (doubleOf(content) ?? 0)];
    }),
  );
}

interface JsonPoint {
  attributes: { key: string; value: Record<string, string | number | boolean> }[];
  startTimeUnixNano: string;
  timeUnixNano: string;
  asDouble?: number;
  positive?: { offset: number; bucketCounts: (string | number)[] };
}

interface JsonMetric {
  name: string;
  unit: string;
  description: string;
  [type: string]: unknown;
}

function fromJson(bytes: Buffer): OtlpRequest {
  const { resourceMetrics } = JSON.parse(bytes.toString()) as {
    resourceMetrics: {
      resource: { attributes: JsonPoint['attributes'] };
      scopeMetrics: { scope: { name: string }; metrics: JsonMetric[] }[];
    }[];
  };
  const { resource, scopeMetrics } = only(resourceMetrics);
  const metrics = scopeMetrics.flatMap(({ scope, metrics: some }) =>
    some.map((metric): OtlpMetric => {
      const type = Object.values(TYPES).find((candidate) => candidate in metric) ?? 'gauge';
      const data = metric[type] as {
        aggregationTemporality?: number;
        isMonotonic?: boolean;
        dataPoints: JsonPoint[];
      };
      return {
        ...metric,
        scope: scope.name,
        type,
        temporality: data.aggregationTemporality ?? 0,
        isMonotonic: data.isMonotonic ?? false,
        points: data.dataPoints.map((point) => ({
          ...point,
          attributes: jsonAttributes(point.attributes),
          start: Number(point.startTimeUnixNano),
          time: Number(point.timeUnixNano),
          value: point.asDouble,
          positive: point.positive && {
            offset: point.positive.offset,
            counts: point.positive.bucketCounts.map(Number),
          },
          negative: undefined,
        })),
      };
    }),
  );
  return requestOf(jsonAttributes(resource.attributes), metrics);
}

function jsonAttributes(attributes: JsonPoint['attributes']): Attributes {
  return Object.fromEntries(
    attributes.map(({ key, value }) => {
      const [kind, content] = only(Object.entries(value));
      return [key, kind === 'intValue' ? Number(content) : content];
    }),
  );
}
