/** One entry of an `Accept` or `Accept-Encoding` header. */
interface Range {
  /** In lower case, such as `text/plain`, `text/*`, or `gzip`. */
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** The quality value `q`, from 0 to 1. */
  readonly quality: number;
}

/** A content type that can be sent. */
export interface Offer {
  readonly type: string;
  /** The values of the parameter `version` that request it. */
  readonly versions?: readonly string[];
  /** Parameters without which a client does not request it, and their values. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** How a client accepts one content type. */
export interface Preference {
  /** From 0 to 1. */
  readonly quality: number;
  /** The parameters of the range that decided the quality. */
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * The quality of each content type in an `Accept` header, from 0 to 1.
 *
 * The library `negotiator` is not used, because it requires all parameters to be equal. Prometheus sends
 * `version=1.0.0;escaping=allow-utf-8` and accepts answers without the second one.
 */
export function qualities(header: string | undefined, offers: readonly Offer[]): number[] {
  return preferences(header, offers).map(({ quality }) => quality);
}

/** The {@link qualities}, with the parameters of the ranges that decided them. */
export function preferences(header: string | undefined, offers: readonly Offer[]): Preference[] {
  const ranges = header === undefined ? [EVERYTHING] : rangesIn(header);
  return offers.map((offer) => {
    // The most specific range decides.
    const [best] = ranges
      .map((range) => ({ range, precision: precisionOf(range, offer) }))
      .filter(({ precision }) => precision >= 0)
      .sort((a, b) => b.precision - a.precision || b.range.quality - a.range.quality);
    return best?.range ?? { quality: 0, parameters: NO_PARAMETERS };
  });
}

/** Whether an `Accept-Encoding` header accepts this content coding. */
export function acceptsCoding(header: string | string[] | undefined, coding: string): boolean {
  const ranges = header === undefined ? [] : rangesIn(String(header));
  const range = ranges.find(({ name }) => name === coding) ?? ranges.find(({ name }) => name === '*');
  return range !== undefined && range.quality > 0;
}

const NO_PARAMETERS: Range['parameters'] = new Map();
const EVERYTHING: Range = { name: '*/*', parameters: NO_PARAMETERS, quality: 1 };

function precisionOf(
  { name, parameters }: Range,
  { type, versions = [], parameters: required = {} }: Offer,
): number {
  if (name === '*/*') return 0;
  if (name === `${type.slice(0, type.indexOf('/'))}/*`) return 1;
  if (name !== type) return -1;
  if (Object.entries(required).some(([key, value]) => parameters.get(key) !== value)) return -1;
  const asked = parameters.get('version');
  if (asked === undefined) return 2;
  return versions.includes(asked) ? 3 : -1;
}

function rangesIn(header: string): Range[] {
  return header.split(',').map((part) => {
    const [name = '', ...rest] = part.split(';').map((text) => text.trim());
    const parameters = new Map(rest.map((parameter) => parameterIn(parameter)));
    const quality = Number(parameters.get('q') ?? 1);
    // An invalid quality counts as 0.
    return { name: name.toLowerCase(), parameters, quality: quality >= 0 && quality <= 1 ? quality : 0 };
  });
}

function parameterIn(text: string): [name: string, value: string] {
  const [name = '', value = ''] = text.split('=', 2);
  return [name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, '$1')];
}
