/** The replacement for a secret in a report. */
const REDACTED = '[redacted]';

/** Names of secret values. */
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
  // Keys of AWS, GitHub, Slack, Stripe and others begin with their kind
  [/\b(AKIA|ASIA)[A-Z0-9]{16}\b/g, REDACTED],
  [/\b(gh[pousr]|github_pat|xox[abprs]|sk|pk|rk|glpat|npm|AIza)[_-][\w-]{16,}/g, REDACTED],
  [/\bAIza[\w-]{20,}/g, REDACTED],
  [
    /\b([\w-]*(?:token|secret|passw(?:or)?d|passphrase|pwd|api[_-]?key)[\w-]*)(["']?\s*[=:]\s*["']?)[^\s"'&,;]+/gi,
    `$1$2${REDACTED}`,
  ],
  // A long run of letters and digits, such as a random key.
  [/\b(?=[\w+-]*\d)(?=[\w+-]*[A-Za-z])[A-Za-z0-9_+-]{32,}={0,2}/g, REDACTED],
];

/** Minimum length of a known secret. Shorter ones occur in too many texts that are not secret. */
const MIN_LENGTH = 6;

/**
 * Removes secrets from texts: whatever looks like one, the values of environment variables with the name of a secret, and all
 * arguments of the process.
 */
export class SecretRedactor {
  private readonly known: readonly string[];

  constructor(environment: NodeJS.ProcessEnv = process.env, args: readonly string[] = process.argv.slice(2)) {
    const secretValues = Object.entries(environment)
      .filter(([name]) => SECRET_NAME.test(name))
      .map(([, value]) => value ?? '');
    const argumentValues = args.flatMap((arg) => [arg, arg.slice(arg.indexOf('=') + 1)]);
    // The longest first: otherwise a shorter one that is part of it would leave the rest.
    this.known = [...new Set([...secretValues, ...argumentValues])]
      .filter((value) => value.length >= MIN_LENGTH)
      .sort((a, b) => b.length - a.length);
  }

  /** A copy of a JSON value without secrets. */
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
