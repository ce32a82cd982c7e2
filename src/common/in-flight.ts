/** Requests, calls or runs of jobs of one name that were in flight together. */
export interface InFlightGroup {
  /** `http`, the transport of a handler (`rpc`, `ws`, `graphql`, `event`, `bullmq`), or `job`. */
  kind: string;
  /** Such as `GET /reports/:id`, `CatsGateway.find` or the name of a job. */
  name: string;
  count: number;
}

/** Describes something in flight. It is called only when a block is reported. */
export type InFlightDescription = Pick<InFlightGroup, 'kind' | 'name'>;

/** The maximum number of ended items that are remembered until {@link InFlight.forgetEnded} is called. */
const MAX_ENDED = 2000;

/** Milliseconds on the clock of `performance.now()`. */
interface Span {
  readonly begin: number;
  readonly end: number;
  readonly describe: () => InFlightDescription;
}

/**
 * Which requests and calls were in flight in the recent past. Those that have ended are remembered for a while: a request that
 * blocks the event loop has been answered before any code can read what was in flight.
 */
export class InFlight {
  private readonly sources: InFlightSource<object>[] = [];

  /** @param describe describes an item of the source. */
  source<T extends object>(describe: (item: T) => InFlightDescription): InFlightSource<T> {
    const source = new InFlightSource(describe);
    this.sources.push(source as unknown as InFlightSource<object>);
    return source;
  }

  /**
   * What was in flight at any moment between two times, in groups: first the group with the item that began closest to
   * `begin`.
   */
  during(begin: number, end: number): InFlightGroup[] {
    const spans = this.sources
      .flatMap((source) => source.spans())
      .filter((span) => span.end >= begin && span.begin <= end)
      .sort((a, b) => Math.abs(a.begin - begin) - Math.abs(b.begin - begin));
    const groups = new Map<string, InFlightGroup>();
    for (const { describe } of spans) {
      const { kind, name } = describe();
      const key = `${kind} ${name}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { kind, name, count: 1 });
      else group.count++;
    }
    return [...groups.values()];
  }

  /** @param before items that ended before this time are forgotten. */
  forgetEnded(before: number): void {
    for (const source of this.sources) source.forgetEnded(before);
  }

  /** Forgets everything for good, when nobody calls {@link forgetEnded} any more: an ended item holds its request and response. */
  stop(): void {
    for (const source of this.sources) source.stop();
  }
}

export class InFlightSource<T extends object> {
  private readonly current = new Map<T, number>();
  private ended: Ended<T>[] = [];
  private isStopped = false;

  constructor(private readonly describe: (item: T) => InFlightDescription) {}

  /** @param now milliseconds on the clock of `performance.now()`. */
  begin(item: T, now: number): void {
    if (!this.isStopped) this.current.set(item, now);
  }

  end(item: T, now: number): void {
    const begin = this.current.get(item);
    if (begin === undefined) return;
    this.current.delete(item);
    if (this.ended.length >= MAX_ENDED) this.ended = this.ended.slice(MAX_ENDED / 2);
    this.ended.push({ item, begin, end: now });
  }

  forgetEnded(before: number): void {
    if (this.ended.length > 0) this.ended = this.ended.filter(({ end }) => end > before);
  }

  /** See {@link InFlight.stop}. */
  stop(): void {
    this.isStopped = true;
    this.current.clear();
    this.ended = [];
  }

  spans(): Span[] {
    const current = [...this.current].map(([item, begin]) => ({ item, begin, end: Infinity }));
    return [...this.ended, ...current].map(({ item, begin, end }) => ({
      begin,
      end,
      describe: () => this.describe(item),
    }));
  }
}

interface Ended<T> {
  readonly item: T;
  readonly begin: number;
  readonly end: number;
}
