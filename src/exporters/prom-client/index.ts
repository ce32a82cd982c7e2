export type { PromClientOptions } from './prom-client.module.js';
export { PromClientModule } from './prom-client.module.js';
export type { PromClientRegistry } from './prom-client.registry.js';
