/** Marks the frames of the expression itself. */
const SOURCE_URL = 'nestjs-monitor:read-stack';

/** The most frames that are read: a recursive library may have many above those of the application. */
const DEPTH = 200;

/** For this many innermost frames, V8 is asked for the method name, which is a search through the object. */
const NAMED_METHODS = 40;

/**
 * Is evaluated in the watched thread, in the middle of whatever runs there, and leaves no trace. It gives the stack as
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

/** What the expression gives of a call site. */
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
 * Reads what the expression gives: the call sites of the code that was interrupted, innermost first, of which there are none
 * when nothing ran; `undefined` for anything else.
 */
export function parseStack(json: unknown): CallSiteFields[] | undefined {
  if (typeof json !== 'string') return undefined;
  // The two innermost are the function in the expression, and the expression.
  return (JSON.parse(json) as CallSiteFields[]).slice(2);
}
