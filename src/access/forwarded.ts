import { isIPv6 } from 'node:net';

/** The characters of a token, RFC 9110, section 5.6.2. Sticky, so that it never looks further than it is asked to. */
const TOKEN = /[\w!#$%&'*+.^`|~-]+/y;
/** A quoted string. One character is read in one way only, so that this takes linear time. */
const QUOTED = /"((?:[\t !#-[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*)"/y;
const WHITESPACE = /[ \t]*/y;

/** `192.0.2.60`, `192.0.2.60:4711`, `[2001:db8::1]`, `[2001:db8::1]:4711`: a node that is an address. */
const NODE = /^(?:([\d.]{7,15})|\[([\da-f:.]{2,45})\])(?::\d{1,5})?$/i;

/**
 * The addresses for which the proxies of a `Forwarded` header (RFC 7239) say that they forwarded a request, in order.
 *
 * @returns `undefined` if any of it cannot be read, or does not say for whom: an element without `for`, or one that
 * is `unknown` or a name that hides the address (`_hidden`).
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

/** One element, such as `for=192.0.2.60;proto=http;by=203.0.113.43`: what its `for` is, if it has one and no more. */
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

/** Reads a text from its start to its end, once. */
class Scanner {
  private position = 0;

  constructor(private readonly text: string) {}

  /** Takes what comes next and matches, whitespace around it included. */
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
