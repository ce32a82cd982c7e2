/**
 * The files of the dashboard inside the package. `dashboard/build.mjs` writes this module: in a module, they are found wherever
 * the code is, also in an application that is bundled into one file. Tests read it from build/.
 */

/** The HTML, with the placeholders that `DashboardPage` fills in. */
export declare const HTML: string;

/** By file name, which contains a hash of the content. */
export declare const ASSETS: Readonly<Record<string, PageAsset>>;

export interface PageAsset {
  /** The whole `Content-Type`. */
  readonly type: string;
  /** Compressed with gzip, as base64. */
  readonly gzip: string;
}
