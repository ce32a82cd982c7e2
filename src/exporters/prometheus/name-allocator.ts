/** A metric or a label that needs a name. */
export interface NameRequest {
  /** Unique, and the same after a restart. */
  readonly key: string;
  /** The name with a suffix that makes it unique. The empty suffix gives the preferred name. */
  nameWith(suffix: string): string;
  /** All names that this name reserves, such as those of its samples. */
  reserves(name: string): readonly string[];
}

/** Allocates names, each of them once. */
export class NameAllocator {
  private readonly taken = new Set<string>();

  /** Keeps names from being allocated. */
  reserve(names: readonly string[]): void {
    for (const name of names) this.taken.add(name);
  }

  /**
   * Returns the preferred name or, if it is taken, one with a hash of the key in it. If the order of the requests does not
   * depend on time, the names do not depend on it either.
   */
  allocate(request: NameRequest): string {
    let name = request.nameWith('');
    for (let salt = 0; request.reserves(name).some((reserved) => this.taken.has(reserved)); salt++) {
      name = request.nameWith(`_${hashOf(request.key, salt)}`);
    }
    this.reserve(request.reserves(name));
    return name;
  }
}

/** FNV-1a of 32 bits, in hexadecimal. */
function hashOf(key: string, salt: number): string {
  let hash = 0x811c9dc5 ^ salt;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
