/** The replacement for a secret in a report. */
const REDACTED = '[redacted]';

/** Names of what is secret. */
const SECRET_NAME =
  /token|secret|passw|passphrase|pwd|credential|cookie|session|authorization|api.?key|private.?key|access.?key|dsn|connection.?string/i;

/** Patterns of secrets. */
const SECRET_SHAPES: readonly [RegExp, string][] = [
  // user:password@host in a URL
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@:]*:[^\s/@]+@/gi, `$1${REDACTED}@`],
  [/\b(Bearer|Basic)\s+[\w~+/.=-]{8,}/gi, `$1 ${REDACTED}`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, REDACTED],
  // JSON Web Tokens
  [/\beyJ[\w-]{8,}\.[\w-]+(\.[\w-]+)?/g, REDACTED],
  // AWS, GitHub, Slack, Stripe and others have their kind in front
  [/\b(AKIA|ASIA)[A-Z0-9]{16}\b/g, REDACTED],
  [/\b(gh[pousr]|github_pat|xox[abprs]|sk|pk|rk|glpat|npm|AIza)[_-][\w-]{16,}/g, REDACTED],
  [/\bAIza[\w-]{20,}/g, REDACTED],
  [
    /\b([\w-]*(?:token|secret|passw(?:or)?d|passphrase|pwd|api[_-]?key)[\w-]*)(["']?\s*[=:]\s*["']?)[^\s"'&,;]+/gi,
    `$1$2${REDACTED}`,
  ],
  // A long run of letters and digits in no order, as a random key has.
  [/\b(?=[\w+-]*\d)(?=[\w+-]*[A-Za-z])[A-Za-z0-9_+-]{32,}={0,2}/g, REDACTED],
];

/** Shorter ones are in too much that is no secret. */
const MIN_LENGTH = 6;

/** Removes secrets from texts: what looks like one, and the values that this process was given as such. */
export class SecretRedactor {
  private readonly known: readonly string[];

  constructor(environment: NodeJS.ProcessEnv = process.env, args: readonly string[] = process.argv.slice(2)) {
    const secretValues = Object.entries(environment)
      .filter(([name]) => SECRET_NAME.test(name))
      .map(([, value]) => value ?? '');
    const argumentValues = args.flatMap((arg) => [arg, arg.slice(arg.indexOf('=') + 1)]);
    // The longest first, so that none leaves a part of another.
    this.known = [...new Set([...secretValues, ...argumentValues])]
      .filter((value) => value.length >= MIN_LENGTH)
      .sort((a, b) => b.length - a.length);
  }

  /** A copy of a value as JSON has it, without secrets. */
  redact(value: unknown, name = ''): unknown {
    if (typeof value === 'string') return SECRET_NAME.test(name) ? REDACTED : this.redactText(value);
    if (Array.isArray(value)) return value.map((entry) => this.redact(entry, name));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [this.redactText(key), this.redact(entry, key)]),
    );
  }

  private redactText(text: string): string {
    let redacted = text;
    for (const value of this.known) redacted = redacted.replaceAll(value, REDACTED);
    for (const [shape, replacement] of SECRET_SHAPES) redacted = redacted.replace(shape, replacement);
    return redacted;
  }
}
