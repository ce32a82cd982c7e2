// Makes the packages in the environment variable MISSING, such as HTTP adapters, impossible to import, as if not installed.
import * as module from 'node:module';

const missing = (process.env.MISSING ?? '').split(',');

/** It refers to nothing outside itself, since Node before 22.15 receives hooks as text and runs them in another thread. */
function hooksFor(missing) {
  return {
    resolve(specifier, context, next) {
      if (!missing.includes(specifier)) return next(specifier, context);
      throw Object.assign(new Error(`Cannot find package '${specifier}'`), { code: 'ERR_MODULE_NOT_FOUND' });
    },
  };
}

if (module.registerHooks) {
  module.registerHooks(hooksFor(missing));
} else {
  const code = `${String(hooksFor)}\nexport const { resolve } = hooksFor(${JSON.stringify(missing)});`;
  module.register(`data:text/javascript,${encodeURIComponent(code)}`);
}
