import type { Attributes } from '@opentelemetry/api';
import { setOwn } from '../../common/set-own.js';
import { hostAndPort } from '../../metrics/definitions/host-and-port.js';

/** For each label, the name of its attribute or a function that creates attributes from its value. */
export type AttributeMap = Readonly<Record<string, string | ((value: string) => Attributes)>>;

/** Every label keeps its name. */
export const NO_MAP: AttributeMap = {};

/** The route labels of requests that no route matched, and of CORS preflights. */
const [UNMATCHED, PREFLIGHT] = ['unmatched', 'preflight'];

/** The status label of requests whose client was sent no status. */
const ABORTED = 'aborted';

/** The attribute of the series that takes the samples beyond the limit of series. */
const OVERFLOW = { overflow: 'otel.metric.overflow' };

/** Attributes whose values differ from the label, as the semantic conventions of HTTP require. */
const RULES: Readonly<Record<string, (value: string) => Attributes>> = {
  // "MUST NOT be populated when this is not supported by the HTTP server framework", or when nothing matched.
  'http.route': routeAttributes,
  'http.response.status_code': statusAttributes,
};

/** The same for HTTP clients: `4xx` is an error too, and a request without a response has its error as `error.type`. */
const CLIENT_RULES: typeof RULES = {
  'server.address': hostAttributes,
  'http.response.status_code': clientStatusAttributes,
};

/** The attributes of a metric of the monitor itself, from the names in its definition. */
export function attributeMapOf(names: Readonly<Record<string, string>> = {}): AttributeMap {
  const rules = Object.values(names).includes('server.address') ? CLIENT_RULES : RULES;
  return Object.fromEntries(
    Object.entries(names).map(([label, attribute]) => [label, rules[attribute] ?? attribute]),
  );
}

function routeAttributes(route: string): Attributes {
  if (route === UNMATCHED) return {};
  // Without an attribute, it would have the same ones as an unmatched `OPTIONS` request with this status.
  return route === PREFLIGHT ? { 'monitor.http.preflight': true } : { 'http.route': route };
}

function statusAttributes(status: string): Attributes {
  if (status === ABORTED) return { 'error.type': ABORTED };
  const code = Number(status);
  if (!Number.isInteger(code)) return { 'http.response.status_code': status };
  return { 'http.response.status_code': code, ...(code >= 500 && { 'error.type': status }) };
}

function clientStatusAttributes(status: string): Attributes {
  const code = Number(status);
  if (!Number.isInteger(code)) return { 'error.type': status };
  return { 'http.response.status_code': code, ...(code >= 400 && { 'error.type': status }) };
}

function hostAttributes(text: string): Attributes {
  const { host, port } = hostAndPort(text);
  return { 'server.address': host, ...(port !== undefined && { 'server.port': Number(port) }) };
}

/** The attributes of a series with these labels. */
export function attributesOf(
  labels: Readonly<Record<string, string>>,
  map: AttributeMap,
  fixed?: Attributes,
): Attributes {
  if (labels.overflow === 'true' && Object.keys(labels).length === 1) {
    return { ...fixed, [OVERFLOW.overflow]: true };
  }
  // The labels of an application metric are its attributes. With very many series, copying them would block the event loop.
  if (map === NO_MAP && fixed === undefined) return labels;
  const attributes: Attributes = { ...fixed };
  for (const [label, value] of Object.entries(labels)) {
    const to = (Object.hasOwn(map, label) ? map[label] : undefined) ?? label;
    if (typeof to === 'string') setOwn(attributes, to, value);
    else Object.assign(attributes, to(value));
  }
  return attributes;
}
