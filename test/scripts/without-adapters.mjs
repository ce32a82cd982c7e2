// Has the packages of HTTP adapters that are named in the environment be missing, as they are where nobody installed them.
import * as module from 'node:module';

const missing = (process.env.MISSING ?? '').split(',');

/** It stands for itself, since Node before 22.15 runs hooks elsewhere and gets them as text. */
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
