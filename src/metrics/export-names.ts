/** What exporters add to every series. The JSON document keeps its names: they are those of µtornadomon. */
export interface ExportNames {
  /** Before the name of every metric; empty for none. */
  readonly prefix: string;
  /** Labels of every series. Where a series has a label of that name itself, its own one stays. */
  readonly labels: Readonly<Record<string, string>>;
}

export const PLAIN_NAMES: ExportNames = Object.freeze({ prefix: '', labels: Object.freeze({}) });
