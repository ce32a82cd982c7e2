// Has the packages of HTTP adapters that are named in the environment be missing, as they are where nobody installed them.
import { register } from 'node:module';

const missing = (process.env.MISSING ?? '').split(',');
const hooks = `
  const missing = ${JSON.stringify(missing)};
  export function resolve(specifier, context, next) {
    if (!missing.includes(specifier)) return next(specifier, context);
    throw Object.assign(new Error('Cannot find package ' + specifier), { code: 'ERR_MODULE_NOT_FOUND' });
  }`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
