/** What the name of a metric or a label cannot have in it here. A colon could stand in one, but is for recording rules. */
const UNFIT = /[^a-zA-Z0-9_]/g;

/** Labels that Prometheus keeps for itself: those of buckets and quantiles, and all that begin with two underscores. */
const RESERVED_LABEL = /^(?:le$|quantile$|__)/;

/** A name as it can stand in the text: whatever does not fit is an underscore. */
export function fitName(name: string): string {
  const fitted = name.replace(UNFIT, '_');
  return /^\d/.test(fitted) ? `_${fitted}` : fitted;
}

/** The same for a label. One that is reserved becomes what Prometheus itself makes of labels that are taken. */
export function fitLabel(name: string): string {
  const fitted = fitName(name);
  return RESERVED_LABEL.test(fitted) ? `exported_${fitted}` : fitted;
}

/** Somebody who would like to have a name. */
export interface NameClaim {
  /** Tells it apart from all others, and is the same after a restart. */
  readonly key: string;
  /** The name, with something put into it that makes it another one; empty for the name as it should be. */
  nameWith(suffix: string): string;
  /** All that nobody else may be called then. */
  needs(name: string): readonly string[];
}

/** Names that were given away, each once. */
export class TakenNames {
  private readonly taken = new Set<string>();

  /** Takes names away from all that follow. */
  take(names: readonly string[]): void {
    for (const name of names) this.taken.add(name);
  }

  /**
   * Gives a claim its name, or if that is taken one with a suffix that is made of nothing but its key. Who comes
   * first gets the plain name: with the claims in an order that does not depend on when they came, neither do the names.
   */
  give(claim: NameClaim): string {
    let name = claim.nameWith('');
    for (let salt = 0; claim.needs(name).some((needed) => this.taken.has(needed)); salt++) {
      name = claim.nameWith(`_${hashOf(claim.key, salt)}`);
    }
    this.take(claim.needs(name));
    return name;
  }
}

/** FNV-1a of 32 bits, in hexadecimal. */
function hashOf(key: string, salt: number): string {
  let hash = 0x811c9dc5 ^ salt;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
