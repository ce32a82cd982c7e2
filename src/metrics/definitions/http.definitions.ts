import type { MetricDefinition } from './metric-definition.js';

const REQUEST_LABELS = {
  method: 'The method; `_OTHER` for one that is not registered.',
  route:
    'The pattern of the route, such as `/cats/:id`; `unmatched` where no route matched; `preflight` for a CORS preflight without a route.',
  status: 'The status that was sent; `aborted` where the client left before there was one.',
};

/** As in the semantic conventions of OpenTelemetry 1.45 for HTTP servers. */
const REQUEST_ATTRIBUTES = {
  method: 'http.request.method',
  route: 'http.route',
  status: 'http.response.status_code',
};

const PROMETHEUS_LABELS = {
  method: 'http_request_method',
  route: 'http_route',
  status: 'http_response_status_code',
};

export const HTTP_DEFINITIONS: readonly MetricDefinition[] = [
  {
    name: 'requests',
    kind: 'counter',
    help: 'HTTP requests, counted when they arrive.',
    whenItRises:
      'Traffic grows. It includes requests to the monitor itself, requests that no route matched and upgrades.',
    exportedAs: 'requests_by_locality',
  },
  {
    name: 'localhost_requests',
    kind: 'counter',
    help: 'HTTP requests from loopback addresses, counted when they arrive.',
    whenItRises:
      'A process on the same machine sends them: a health check, a scraper, or a reverse proxy in front of the application.',
    exportedAs: 'requests_by_locality',
  },
  {
    name: 'private_requests',
    kind: 'counter',
    help: 'HTTP requests from loopback or private addresses (RFC 1918, fc00::/7, fe80::/10), counted when they arrive.',
    whenItRises: 'Other services or a load balancer of the same network send them.',
    exportedAs: 'requests_by_locality',
  },
  {
    name: 'requests_by_locality',
    kind: 'counter',
    help: 'HTTP requests by how near their client is, counted when they arrive. They add up to all requests.',
    labels: {
      locality:
        '`loopback`, `private` (without loopback), `public`, or `unknown` for a peer without an IP address, such as one on a Unix socket.',
    },
    whenItRises: 'Traffic from there grows. The address is that of the socket, never of a header.',
    prometheus: { name: 'monitor_requests' },
    openTelemetry: {
      name: 'monitor.requests',
      unit: '{request}',
      attributes: { locality: 'client.locality' },
    },
  },
  {
    name: 'http_requests',
    kind: 'counter',
    help: 'HTTP requests that have ended, by method, route and status.',
    labels: REQUEST_LABELS,
    whenItRises:
      'Traffic on that route grows. A rising share of `status=~"5.."` are errors of the application; `unmatched` rises with scans.',
    prometheus: { name: 'http_requests' },
    openTelemetry: { name: 'monitor.http.requests', unit: '{request}', attributes: REQUEST_ATTRIBUTES },
  },
  {
    name: 'http_responses',
    kind: 'counter',
    help: 'HTTP responses by the class of their status.',
    labels: { class: '`1xx` to `5xx`.' },
    whenItRises: '`5xx` should not rise: find the route in `http_requests`.',
    prometheus: { name: 'http_responses' },
    openTelemetry: {
      name: 'monitor.http.responses',
      unit: '{response}',
      attributes: { class: 'monitor.http.status_class' },
    },
  },
  {
    name: 'http_requests_aborted',
    kind: 'counter',
    help: 'HTTP requests whose connection ended before the response was complete.',
    labels: { method: REQUEST_LABELS.method, route: REQUEST_LABELS.route },
    whenItRises:
      'Clients or a proxy give up: compare their time-outs with `http_request_duration` of that route.',
    prometheus: { name: 'http_requests_aborted' },
    openTelemetry: {
      name: 'monitor.http.aborted_requests',
      unit: '{request}',
      attributes: { method: REQUEST_ATTRIBUTES.method, route: REQUEST_ATTRIBUTES.route },
    },
  },
  {
    name: 'http_requests_in_flight',
    kind: 'gauge',
    help: 'HTTP requests that have arrived and have not ended.',
    aggregate: 'sum',
    whenItRises:
      'Requests arrive faster than they are answered, or something that they wait for has become slow.',
    prometheus: { name: 'http_server_active_requests' },
  },
  {
    name: 'http_requests_in_flight_by_method',
    kind: 'gauge',
    help: 'HTTP requests that have arrived and have not ended, by method and scheme.',
    labels: {
      method: REQUEST_LABELS.method,
      scheme:
        '`https` on an encrypted connection, otherwise `http`: behind a proxy that ends TLS, it is `http`.',
    },
    aggregate: 'sum',
    whenItRises:
      'As `http_requests_in_flight`. The attributes are those that the semantic conventions require.',
    openTelemetry: {
      name: 'http.server.active_requests',
      unit: '{request}',
      isUpDown: true,
      attributes: { method: 'http.request.method', scheme: 'url.scheme' },
    },
  },
  {
    name: 'http_request_duration',
    kind: 'histogram',
    unit: 'seconds',
    help: 'Duration of HTTP requests, from their arrival until the response was sent. Without streams.',
    labels: REQUEST_LABELS,
    whenItRises:
      'That route is slow. With `eventloop_delay` as slow, something blocks the event loop; without, the request waits for something else.',
    prometheus: {
      name: 'http_server_request_duration_seconds',
      labels: PROMETHEUS_LABELS,
    },
    openTelemetry: { name: 'http.server.request.duration', unit: 's', attributes: REQUEST_ATTRIBUTES },
  },
  {
    name: 'http_open_streams',
    kind: 'gauge',
    help: 'Responses that are being sent and have no end: server-sent events, and those that are sent for more than 30 s.',
    aggregate: 'sum',
    whenItRises: 'Clients listen. If it never falls, streams are not ended when their clients leave.',
    prometheus: { name: 'http_server_open_streams' },
    openTelemetry: { name: 'monitor.http.open_streams', unit: '{stream}', isUpDown: true },
  },
  {
    name: 'http_request_size',
    kind: 'histogram',
    unit: 'bytes',
    help: 'Size of the bodies of HTTP requests, with the option `http.bodySizes`.',
    labels: REQUEST_LABELS,
    whenItRises: 'Clients upload more.',
    prometheus: { name: 'http_server_request_body_size_bytes', labels: PROMETHEUS_LABELS },
    openTelemetry: { name: 'http.server.request.body.size', unit: 'By', attributes: REQUEST_ATTRIBUTES },
  },
  {
    name: 'http_response_size',
    kind: 'histogram',
    unit: 'bytes',
    help: 'Size of the bodies of HTTP responses as they were sent, with the option `http.bodySizes`.',
    labels: REQUEST_LABELS,
    whenItRises: 'Answers grow: a list without pages, or no compression.',
    prometheus: { name: 'http_server_response_body_size_bytes', labels: PROMETHEUS_LABELS },
    openTelemetry: { name: 'http.server.response.body.size', unit: 'By', attributes: REQUEST_ATTRIBUTES },
  },
];
