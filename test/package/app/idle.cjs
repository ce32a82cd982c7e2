/** Loads the package, when all that it needs is loaded, and says what this alone has started. */
const { createHook } = require('node:async_hooks');

const packages = ['@nestjs/common', '@nestjs/core', 'rxjs', 'pidusage'];
for (const name of packages) require(name);
// Node opens the first two when somebody first asks for them, and its own loader of ES modules may be the one. It also asks
// for all that `node:http` exports when that is imported, and from Node 26 on that loads the library behind Request.
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
