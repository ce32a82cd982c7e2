/** Marks the frames of the expression itself. */
const SOURCE_URL = 'nestjs-monitor:read-stack';

/** Maximum number of frames that are read: a recursive library may have many above those of the application. */
const DEPTH = 200;

/** Number of innermost frames whose method name is read. V8 searches the object for each name. */
const NAMED_METHODS = 40;

/**
 * Evaluated in the watched thread, in the middle of whatever runs there. It restores what it changes. Its value is the stack as
 * JSON: a list of {@link CallSiteFields}, innermost first.
 */
export const STACK_EXPRESSION = `(() => {
  const own = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  const limit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit');
  try {
    Object.defineProperty(Error, 'stackTraceLimit', { value: ${DEPTH}, configurable: true, writable: true });
    Object.defineProperty(Error, 'prepareStackTrace', { value: (_, sites) => sites, configurable: true, writable: true });
    const sites = new Error().stack;
    return JSON.stringify(sites.map((site, i) => {
      const name = site.getFunctionName();
      const file = site.getFileName();
      const isMethod = i < ${NAMED_METHODS} && name !== null && typeof file === 'string' && !file.startsWith('node:');
      return [
        name,
        isMethod && site.getMethodName() === name ? site.getTypeName() : null,
        typeof file === 'string' && !site.isEval() ? file : null,
        site.getLineNumber(), site.getColumnNumber(),
        site.getEnclosingLineNumber?.() ?? 0, site.getEnclosingColumnNumber?.() ?? 0,
        (site.isConstructor() ? 1 : 0) | (site.isAsync() ? 2 : 0) | (site.isEval() ? 4 : 0),
        file === null && !site.isEval() ? site.getTypeName() : null,
      ];
    }));
  } finally {
    if (own) Object.defineProperty(Error, 'prepareStackTrace', own);
    else delete Error.prepareStackTrace;
    if (limit) Object.defineProperty(Error, 'stackTraceLimit', limit);
    else delete Error.stackTraceLimit;
  }
})()
//# sourceURL=${SOURCE_URL}`;

/** The fields of a call site in the value of the expression. */
export type CallSiteFields = [
  functionName: string | null,
  /** The class of a method. */
  typeName: string | null,
  file: string | null,
  line: number | null,
  column: number | null,
  /** Where the function begins. */
  enclosingLine: number,
  enclosingColumn: number,
  flags: number,
  /** The object that a builtin belongs to. */
  builtinOf: string | null,
];

export const [IS_CONSTRUCTOR, IS_ASYNC, IS_EVAL] = [1, 2, 4];

/**
 * Parses the value of the expression.
 *
 * @returns the call sites of the interrupted code, innermost first; none if nothing ran. `undefined` if the value is not a string.
 */
export function parseStack(json: unknown): CallSiteFields[] | undefined {
  if (typeof json !== 'string') return undefined;
  // The two innermost are the function in the expression, and the expression.
  return (JSON.parse(json) as CallSiteFields[]).slice(2);
}
