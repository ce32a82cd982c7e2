import type { ReceivedFamily } from '../received/received-family.js';
import type { ReceivedSeries } from '../received/received-series.js';
import { ReceivedCounter, ReceivedGauge, ReceivedHistogram } from '../received/received-series.js';
import type { ReceivedSource } from '../received/received-source.js';
import type { ReceivedWindow } from '../received/received-window.js';
import { checkDescription } from '../../metrics/description.js';
import { checkFacts } from './check-facts.js';
import { decodeExemplars } from './exemplar.codec.js';
import { decodeHistogram, slotsOf } from './histogram.codec.js';
import type { FamilyFlags, KindLetter } from './lines.js';
import { PLAIN, WireError } from './lines.js';

/** The most buckets of histograms that one process may take in memory: 128 MB. */
const MAX_SLOTS = 16_000_000;

/**
 * The longest name, and the longest labels: 16 with names and values of 200 characters, each of which may be escaped. Above 16 383
 * characters, V8 gives all strings of one length the same hash: a map of those would block the event loop.
 */
const [LONGEST_NAME, LONGEST_LABELS] = [200, 13_000];

/** A metric that lines refer to by its number. */
interface Numbered {
  readonly family: ReceivedFamily;
  readonly places: ReceivedSeries[];
  hasPlain: boolean;
}

/** Decodes the lines of one {@link SnapshotEncoder}, in the order in which it made them, into a source. */
export class SnapshotDecoder {
  /** Whether the lines are newer than what is in the source. Otherwise, no total falls. */
  isNewer = false;
  private readonly families = new Map<number, Numbered>();
  /** Buckets of totals, and of the window in the response that is being decoded. */
  private slots = 0;
  private windowSlots = 0;

  constructor(private readonly source: ReceivedSource) {}

  /**
   * Decodes one line.
   *
   * @param window receives the lines of a window.
   * @throws WireError for anything that no encoder makes.
   */
  decode(line: readonly unknown[], window?: ReceivedWindow): void {
    const [tag, number, third, fourth, fifth] = line;
    if (tag === 'v') this.takeValues(this.known(number), third, fourth);
    else if (tag === 'h') this.takeHistogram(this.place(number, third), fourth, fifth);
    else if (tag === 's') this.addSeries(this.known(number), third);
    else if (tag === 'f') this.takeFamily(number, third, fourth, fifth);
    else if (tag === 'r') this.remove(number);
    else if (tag === 'i') this.takeFacts(number, third);
    else if (tag === 'x') window?.extremes.set(this.place(number, third), extremesOf(fourth, fifth));
    else if (tag === 'w') this.takeInterval(this.place(number, third), fourth, window);
    else throw new WireError('an unknown line');
  }

  private takeFamily(number: unknown, kind: unknown, name: unknown, flags: unknown): void {
    if (!isKind(kind) || !isText(name, LONGEST_NAME) || typeof number !== 'number') {
      throw new WireError('not a metric');
    }
    const family = this.source.family(kind, name);
    family.describe(flagsOf(flags));
    this.source.revision++;
    const known = this.families.get(number);
    if (known !== undefined && known.family !== family)
      throw new WireError('a metric with the number of another');
    if (known === undefined) this.families.set(number, { family, places: [], hasPlain: false });
  }

  private remove(number: unknown): void {
    const { family } = this.known(number);
    this.families.delete(number as number);
    this.source.remove(family);
  }

  private addSeries({ family, places }: Numbered, labels: unknown): void {
    if (!Array.isArray(labels)) throw new WireError('not series');
    for (const text of labels as unknown[]) {
      if (!isText(text, LONGEST_LABELS) || text === '') throw new WireError('not the labels of a series');
      places.push(this.source.addSeries(family, text));
    }
  }

  private takeValues(numbered: Numbered, at: unknown, values: unknown): void {
    if (!Array.isArray(values) || typeof at !== 'number') throw new WireError('not values');
    for (let i = 0; i < values.length; i++) {
      const value: unknown = values[i];
      const series = placeIn(numbered, at + i);
      if (series instanceof ReceivedGauge) series.value = value === null ? Number.NaN : numberOf(value);
      else if (series instanceof ReceivedCounter) series.take(numberOf(value), this.isNewer);
      else throw new WireError('a value of a histogram');
    }
  }

  private takeHistogram(series: object, histogram: unknown, exemplars: unknown): void {
    if (!(series instanceof ReceivedHistogram)) throw new WireError('a histogram of another kind');
    this.slots -= slotsOf(series.snapshot());
    series.take(decodeHistogram(histogram), this.isNewer);
    series.exemplars = decodeExemplars(exemplars) ?? series.exemplars;
    this.slots += slotsOf(series.snapshot());
    this.checkMemory();
  }

  private takeInterval(series: object, histogram: unknown, window: ReceivedWindow | undefined): void {
    const interval = decodeHistogram(histogram);
    this.windowSlots += slotsOf(interval);
    this.checkMemory();
    window?.intervals.set(series, interval);
  }

  private takeFacts(startTime: unknown, facts: unknown): void {
    this.source.startTime = numberOf(startTime);
    this.source.latestFacts = checkFacts(facts);
  }

  /** Called at the end of a response. Its window is kept only until it is read, so its buckets no longer count. */
  endAnswer(): void {
    this.windowSlots = 0;
  }

  /** Removes from the source what the encoder did not send: what was removed before that encoder was created. */
  removeUnsent(): void {
    const sent = new Map<ReceivedFamily, ReadonlySet<ReceivedSeries>>();
    for (const { family, places, hasPlain } of this.families.values()) {
      const plain = hasPlain ? family.plain : undefined;
      sent.set(family, new Set(plain === undefined ? places : [plain, ...places]));
    }
    this.source.retain(sent);
  }

  private checkMemory(): void {
    if (this.slots + this.windowSlots > MAX_SLOTS) throw new WireError('more buckets than fit into memory');
  }

  private known(number: unknown): Numbered {
    const numbered = typeof number === 'number' ? this.families.get(number) : undefined;
    if (numbered === undefined) throw new WireError('an unknown metric');
    return numbered;
  }

  private place(number: unknown, at: unknown): object {
    return placeIn(this.known(number), at);
  }
}

function placeIn(numbered: Numbered, at: unknown) {
  if (at === PLAIN) {
    numbered.hasPlain = true;
    return numbered.family.series('');
  }
  const series = typeof at === 'number' ? numbered.places[at] : undefined;
  if (series === undefined) throw new WireError('an unknown series');
  return series;
}

function isKind(kind: unknown): kind is KindLetter {
  return kind === 'c' || kind === 'g' || kind === 'h';
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.length <= longest;
}

function numberOf(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new WireError('not a number');
  return value;
}

function extremesOf(min: unknown, max: unknown) {
  return { min: numberOf(min), max: numberOf(max) };
}

function flagsOf(flags: unknown): FamilyFlags {
  if (typeof flags !== 'object' || flags === null) throw new WireError('not the description of a metric');
  const { own, lists, description } = flags as FamilyFlags;
  if (description === undefined) return { ...(own === true && { own }), ...(lists === true && { lists }) };
  const checked = checkDescription(description);
  if (checked.description === undefined) throw new WireError('not the description of a metric');
  return {
    ...(own === true && { own }),
    ...(lists === true && { lists }),
    description: checked.description,
  };
}
