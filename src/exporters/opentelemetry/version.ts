/** The version of this package, as its instrumentation scope says it. A test holds it against `package.json`. */
export const VERSION = '0.1.0';
