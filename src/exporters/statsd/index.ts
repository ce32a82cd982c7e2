export { statsdPublisher } from './statsd.publisher.js';
export type { StatsdOptions } from './statsd-options.js';
