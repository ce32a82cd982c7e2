export type { PromClientOptions } from './exporters/prom-client/prom-client.module.js';
export { PromClientModule } from './exporters/prom-client/prom-client.module.js';
export type { PromClientRegistry } from './exporters/prom-client/prom-client.registry.js';
