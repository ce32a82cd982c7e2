import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { escapeHtml } from './escape-html.js';
import type * as PageFiles from './page-files.js';
import type { ServiceName } from './service-name.js';

/** A file of the page as it is sent. */
export interface SentAsset {
  readonly type: string;
  readonly body: Buffer;
  readonly isCompressed: boolean;
}

/** Which diagnostics are on (the page explains how to switch on the others), and what else the page can show. */
export interface PageFeatures {
  readonly blocks: boolean;
  readonly profiles: boolean;
  /** Whether this process is in a group. */
  readonly processes?: boolean;
}

/** The files of the page. They are loaded when a browser asks for one for the first time. */
export class DashboardPage {
  constructor(
    private readonly serviceName: ServiceName,
    private readonly features: PageFeatures,
  ) {}

  /** @param assets the folder of the assets, relative to the address of the page. */
  async html(assets: string): Promise<string> {
    const [{ HTML }, service] = await Promise.all([loadFiles(), this.serviceName.get()]);
    const features = Object.entries(this.features).flatMap(([name, isOn]) => (isOn ? [name] : []));
    return HTML.replaceAll('{{assets}}', assets)
      .replaceAll('{{features}}', features.join(' '))
      .replaceAll('{{service}}', () => escapeHtml(service));
  }

  async asset(name: string, acceptsGzip: boolean): Promise<SentAsset | undefined> {
    const { ASSETS } = await loadFiles();
    if (!Object.hasOwn(ASSETS, name)) return undefined;
    const { type, gzip } = ASSETS[name] as (typeof ASSETS)[string];
    const compressed = Buffer.from(gzip, 'base64');
    return { type, body: acceptsGzip ? compressed : await unzip(compressed), isCompressed: acceptsGzip };
  }
}

const unzip = promisify(gunzip);

function loadFiles(): Promise<typeof PageFiles> {
  return import('./page-files.js');
}
