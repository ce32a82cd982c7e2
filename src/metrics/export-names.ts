/** What exporters add to every series. The JSON document does not have it: its names are those of µtornadomon. */
export interface ExportNames {
  /** The text before the name of every metric; empty for none. */
  readonly prefix: string;
  /** Labels of every series. If a series has a label of the same name, its own label takes precedence. */
  readonly labels: Readonly<Record<string, string>>;
}

export const PLAIN_NAMES: ExportNames = Object.freeze({ prefix: '', labels: Object.freeze({}) });
