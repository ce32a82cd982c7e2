import { Counter } from './counter.js';
import { Gauge } from './gauge.js';
import { ReaderWindows } from './reader-windows.js';
import { RejectedSamples } from './rejected-samples.js';
import type { MetricsSnapshot, Reading, Values } from './snapshot.js';

/** The longest name of a metric or a reader, in UTF-16 units. */
export const MAX_NAME_LENGTH = 200;

/** The counter of samples that were dropped; it appears with the first one. */
export const REJECTED_SAMPLES = 'monitor_rejected_samples';

/** What {@link MetricsRegistry.maxSeries} is until it is set. */
export const DEFAULT_MAX_SERIES = 10_000;

export interface RegistryOptions {
  /** Takes the text of a warning about a dropped sample; {@link RegistryTexts} makes the texts. */
  warn: (text: string) => void;
  texts: RegistryTexts;
}

/** What is said of a sample that was dropped. */
export interface RegistryTexts {
  badName(name: unknown): string;
  badCount(name: string, value: unknown): string;
  badGauge(name: string, value: unknown): string;
  tooManySeries(name: string, maxSeries: number): string;
}

/** The part of the document that the registry knows. */
export type RegistrySnapshot = Omit<MetricsSnapshot, 'process'>;

/**
 * Where the numbers live. They get in by {@link count} and {@link kv}, or by the handles of {@link counter} and
 * {@link gauge}, and come out by {@link read}.
 *
 * Nothing here throws: a sample that cannot be taken is dropped, counted and warned of once.
 */
export class MetricsRegistry {
  /** Past so many counters and gauges, new names are dropped. */
  maxSeries = DEFAULT_MAX_SERIES;

  private readonly counters = new Map<string, Counter>();
  private readonly gauges = new Map<string, Gauge>();
  private readonly windows = new ReaderWindows();
  private readonly rejected: RejectedSamples;

  constructor(private readonly options: RegistryOptions) {
    this.rejected = new RejectedSamples(() => this.counter(REJECTED_SAMPLES), options.warn);
  }

  /** Adds to a counter: a finite number, not negative. */
  count(name: string, value = 1): void {
    const counter = this.counters.get(name);
    if (counter === undefined) {
      // Looked at before the counter exists: a bad sample must not leave one behind.
      if (Counter.accepts(value)) this.admit(name, () => this.counter(name))?.add(value);
      else this.reject(name, () => this.options.texts.badCount(name, value));
    } else if (!counter.add(value)) {
      this.reject(name, () => this.options.texts.badCount(name, value));
    }
  }

  /** Sets a gauge: any finite number. */
  kv(name: string, value: number): void {
    if (!Gauge.accepts(value)) {
      this.reject(name, () => this.options.texts.badGauge(name, value));
      return;
    }
    const gauge = this.gauges.get(name) ?? this.admit(name, () => this.gauge(name, value));
    gauge?.set(value);
  }

  /** The counter of that name, made if need be. For names that are known when the code is written. */
  counter(name: string): Counter {
    return getOrMake(this.counters, name, () => new Counter());
  }

  /** The gauge of that name, made if need be. For names that are known when the code is written. */
  gauge(name: string, initial: number): Gauge {
    return getOrMake(this.gauges, name, () => new Gauge(initial));
  }

  /** All numbers as they are now, with the extremes since that reader last looked. */
  read(reader: string): Reading<RegistrySnapshot> {
    const { window, giveBack } = this.windows.take(reader, this.gauges);
    const extremes = [...window.entries()];
    const metrics = {
      counters: toValues([...this.counters].map(([name, counter]) => [name, counter.value])),
      gauges: toValues([...this.gauges].map(([name, gauge]) => [name, gauge.value])),
      max_gauges: toValues(extremes.map(([name, { max }]) => [name, max])),
      min_gauges: toValues(extremes.map(([name, { min }]) => [name, min])),
    };
    return { metrics, giveBack };
  }

  /** A new series under a name that comes from outside, or `undefined` if it may not come to exist. */
  private admit<T>(name: unknown, make: () => T): T | undefined {
    const { maxSeries } = this;
    const { texts } = this.options;
    if (typeof name !== 'string' || name.length === 0 || name.length > MAX_NAME_LENGTH) {
      this.reject(name, () => texts.badName(name));
      return undefined;
    }
    if (this.counters.size + this.gauges.size >= maxSeries) {
      this.reject(name, () => texts.tooManySeries(name, maxSeries));
      return undefined;
    }
    return make();
  }

  private reject(name: unknown, describe: () => string): void {
    this.rejected.reject(typeof name === 'string' ? name.slice(0, MAX_NAME_LENGTH) : typeof name, describe);
  }
}

function getOrMake<T>(map: Map<string, T>, name: string, make: () => T): T {
  let value = map.get(name);
  if (value === undefined) map.set(name, (value = make()));
  return value;
}

/** `Object.fromEntries` defines properties instead of assigning them, so `__proto__` is a name like any other. */
function toValues(entries: [string, number][]): Values {
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
