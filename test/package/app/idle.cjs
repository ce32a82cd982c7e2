/** Loads the package after all its dependencies, and prints what the package alone has started. */
const { createHook } = require('node:async_hooks');

const packages = ['@nestjs/common', '@nestjs/core', 'rxjs', 'pidusage'];
for (const name of packages) require(name);
// Node opens the first two at the first access, which may be by its own loader of ES modules. The loader also reads all exports of
// `node:http` when that is imported, and from Node 26 on that loads the library behind Request.
void [process.stdout, process.stderr, Request];

const countListeners = () => process.eventNames().map((name) => [name, process.listenerCount(name)]);
const listenersBefore = new Map(countListeners());
const globalsBefore = new Set(Reflect.ownKeys(globalThis));

const started = [];
const hook = createHook({
  init(_id, type) {
    // Loading makes promises by itself. What could go on for longer are timers, sockets, files and the like.
    if (type !== 'PROMISE') started.push(type);
  },
});
hook.enable();
require('nestjs-monitor');
hook.disable();

const listeners = countListeners().filter(([name, count]) => count !== listenersBefore.get(name));
const globals = Reflect.ownKeys(globalThis).filter((key) => !globalsBefore.has(key));
console.log(JSON.stringify({ started, listeners, globals }));
