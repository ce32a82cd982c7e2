import type { EndpointFeature } from './monitor-endpoint.module.js';

/** The parts of the endpoint beside `MonitorController`. See {@link EndpointFeature} for how to add one. */
export const ENDPOINT_FEATURES: readonly EndpointFeature[] = [];
