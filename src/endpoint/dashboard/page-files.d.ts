/**
 * The files of the dashboard inside the package. `dashboard/build.mjs` writes this module: as a module they are found wherever
 * the code is, also where an application is bundled into one file. Tests read it from build/.
 */

/** The HTML, with the placeholders that `Page` fills in. */
export declare const HTML: string;

/** By file name, which contains a hash of the content. */
export declare const ASSETS: Readonly<Record<string, PageAsset>>;

export interface PageAsset {
  /** The whole `Content-Type`. */
  readonly type: string;
  /** Compressed with gzip, as base64. */
  readonly gzip: string;
}
