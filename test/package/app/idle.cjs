/** Loads the package, when all that it needs is loaded, and says what this alone has started. */
const { createHook } = require('node:async_hooks');

const packages = ['@nestjs/common', '@nestjs/core', '@nestjs/schedule', 'rxjs', 'pidusage'];
for (const name of packages) require(name);
// Node opens these two when somebody first asks for them, and its own loader of ES modules may be the one.
void [process.stdout, process.stderr];

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
