import { isIPv6 } from 'node:net';

/** A token, RFC 9110, section 5.6.2. Sticky, so that it matches only at the current position. */
const TOKEN = /[\w!#$%&'*+.^`|~-]+/y;
/** A quoted string. Every character has one way to match, so this takes linear time. */
const QUOTED = /"((?:[\t !#-[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*)"/y;
const WHITESPACE = /[ \t]*/y;

/** `192.0.2.60`, `192.0.2.60:4711`, `[2001:db8::1]`, `[2001:db8::1]:4711`: a node with an address. */
const NODE = /^(?:([\d.]{7,15})|\[([\da-f:.]{2,45})\])(?::\d{1,5})?$/i;

/**
 * The client addresses in a `Forwarded` header (RFC 7239), in order.
 *
 * @returns `undefined` if any element cannot be parsed or has no address: no `for`, `for=unknown` or an obfuscated name such as
 * `for=_hidden`.
 */
export function forwardedAddresses(header: string): string[] | undefined {
  const scanner = new Scanner(header);
  const addresses: string[] = [];
  do {
    const node = readElement(scanner);
    const [, ipv4, ipv6] = (node === undefined ? null : NODE.exec(node)) ?? [];
    const address = ipv6 !== undefined && isIPv6(ipv6) ? ipv6 : ipv4;
    if (address === undefined) return undefined;
    addresses.push(address);
  } while (scanner.take(','));
  return scanner.isAtEnd() ? addresses : undefined;
}

/** Reads one element, such as `for=192.0.2.60;proto=http;by=203.0.113.43`: its `for`, if it has exactly one. */
function readElement(scanner: Scanner): string | undefined {
  const nodes: string[] = [];
  do {
    const name = scanner.match(TOKEN);
    const value = scanner.takeAtOnce('=') ? readValue(scanner) : undefined;
    if (name === undefined || value === undefined) return undefined;
    if (name.toLowerCase() === 'for') nodes.push(value);
  } while (scanner.take(';'));
  return nodes.length === 1 ? nodes[0] : undefined;
}

function readValue(scanner: Scanner): string | undefined {
  const token = scanner.matchAtOnce(TOKEN);
  return token ?? scanner.matchAtOnce(QUOTED)?.slice(1, -1).replace(/\\(.)/g, '$1');
}

/** Reads a string from start to end. */
class Scanner {
  private position = 0;

  constructor(private readonly text: string) {}

  /** Consumes a match at the current position, after optional whitespace. */
  match(pattern: RegExp): string | undefined {
    this.matchAtOnce(WHITESPACE);
    return this.matchAtOnce(pattern);
  }

  matchAtOnce(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    this.position += found?.length ?? 0;
    return found;
  }

  take(character: string): boolean {
    this.matchAtOnce(WHITESPACE);
    return this.takeAtOnce(character);
  }

  takeAtOnce(character: string): boolean {
    const isNext = this.text[this.position] === character;
    if (isNext) this.position++;
    return isNext;
  }

  isAtEnd(): boolean {
    this.matchAtOnce(WHITESPACE);
    return this.position === this.text.length;
  }
}
