import type { MetricDefinition } from './metric-definition.js';
import { hostAndPort } from './host-and-port.js';

const HOST = 'Host and port, such as `api.example.com:443`.';
const METHOD = 'The method; `_OTHER` for one that is not registered.';
const TEMPLATE = 'Only for calls within `monitor.outgoing({ route }, ...)`: the template that was given.';
const STATUS =
  'The status of the response. Without one, the kind of error: `refused`, `dns`, `tls`, `timeout`, `aborted`, `reset` or `other`.';

/** As in the semantic conventions of OpenTelemetry 1.45 for HTTP clients. */
const ATTRIBUTES = {
  method: 'http.request.method',
  host: 'server.address',
  status: 'http.response.status_code',
  url_template: 'url.template',
};

/** The labels of the semantic conventions. There, host and port are two labels. */
const PROMETHEUS = {
  labels: { method: 'http_request_method', host: 'server_address', status: 'http_response_status_code' },
  splits: {
    host: (value: string): Readonly<Record<string, string>> => {
      const { host, port } = hostAndPort(value);
      return port === undefined ? { server_address: host } : { server_address: host, server_port: port };
    },
  },
};

export const OUTGOING_DEFINITIONS: readonly MetricDefinition[] = [
  {
    name: 'http_client_requests',
    kind: 'counter',
    help: 'Outgoing HTTP requests that have ended, by method, host and status.',
    labels: { method: METHOD, host: HOST, status: STATUS, url_template: TEMPLATE },
    whenItRises:
      'The application calls that service more often; a redirect and a retry are requests of their own.',
    prometheus: { name: 'http_client_requests', ...PROMETHEUS },
    openTelemetry: { name: 'monitor.http.client.requests', unit: '{request}', attributes: ATTRIBUTES },
  },
  {
    name: 'http_client_duration',
    kind: 'histogram',
    unit: 'seconds',
    help: 'Duration of outgoing HTTP requests, until the last byte of the response or the error.',
    labels: { method: METHOD, host: HOST, status: STATUS, url_template: TEMPLATE },
    whenItRises:
      'That service is slow. With `http_client_time_to_first_byte` as before, its responses are large or are read slowly.',
    prometheus: { name: 'http_client_request_duration_seconds', ...PROMETHEUS },
    openTelemetry: { name: 'http.client.request.duration', unit: 's', attributes: ATTRIBUTES },
  },
  {
    name: 'http_client_time_to_first_byte',
    kind: 'histogram',
    unit: 'seconds',
    help: 'Time from the start of outgoing HTTP requests to the headers of their responses.',
    labels: { method: METHOD, host: HOST, url_template: TEMPLATE },
    whenItRises: 'That service needs longer to answer, or requests wait for a connection.',
    prometheus: { name: 'http_client_time_to_first_byte_seconds', ...PROMETHEUS },
    openTelemetry: { name: 'monitor.http.client.time_to_first_byte', unit: 's', attributes: ATTRIBUTES },
  },
  {
    name: 'http_client_requests_in_flight',
    kind: 'gauge',
    help: 'Outgoing HTTP requests that have not ended.',
    labels: { host: HOST },
    aggregate: 'sum',
    whenItRises: 'That service answers more slowly than it is called, or bodies of responses are not read.',
    prometheus: { name: 'http_client_active_requests', ...PROMETHEUS },
    openTelemetry: {
      name: 'http.client.active_requests',
      unit: '{request}',
      attributes: ATTRIBUTES,
      isUpDown: true,
    },
  },
  {
    name: 'http_client_errors',
    kind: 'counter',
    help: 'Outgoing HTTP requests that ended without a complete response, by the kind of error.',
    labels: {
      host: HOST,
      kind: '`refused`, `dns`, `tls`, `timeout`, `aborted` (by the application), `reset` (by the other side) or `other`.',
    },
    whenItRises:
      '`refused` and `dns`: the service is not there. `timeout`: it is slow. `aborted`: the application gave up.',
    prometheus: {
      name: 'http_client_errors',
      ...PROMETHEUS,
      labels: { ...PROMETHEUS.labels, kind: 'error_type' },
    },
    openTelemetry: {
      name: 'monitor.http.client.errors',
      unit: '{request}',
      attributes: { ...ATTRIBUTES, kind: 'error.type' },
    },
  },
];
