import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { needs } from '../support/tools.js';

export const CHROMIUM = needs('chromium');

export function launch(): Promise<Browser> {
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
  ];
  return chromium.launch({ executablePath: CHROMIUM.path, args });
}

/** The part of a `<canvas>` that is used here. */
interface Canvas {
  readonly width: number;
  readonly height: number;
  getContext(type: '2d'): {
    getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
  };
}

/** The dashboard in a real browser. */
export class DashboardPage {
  /** What went wrong on the page: errors, messages in the console, violations of the Content-Security-Policy. */
  readonly problems: string[] = [];
  /** All addresses that the browser asked for. */
  readonly requests: string[] = [];

  private constructor(readonly page: Page) {
    page.on('pageerror', ({ message }) => this.problems.push(message));
    page.on('dialog', (dialog) => {
      this.problems.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.problems.push(message.text());
    });
    page.on('request', (request) => this.requests.push(request.url()));
  }

  /** @param url of the monitor, such as `http://127.0.0.1:3000/monitor`. */
  static async open(
    browser: Browser,
    url: string,
    options: Parameters<Browser['newPage']>[0] = {},
    prepare: (page: Page) => Promise<unknown> = () => Promise.resolve(),
  ): Promise<DashboardPage> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
    onTestFinished(async () => {
      // A route handler may still wait for the application.
      await page.unrouteAll({ behavior: 'ignoreErrors' });
      await page.close();
    });
    const opened = new DashboardPage(page);
    await prepare(page);
    await page.goto(url);
    return opened;
  }

  async section(title: string): Promise<void> {
    await this.page.getByRole('navigation').getByRole('link', { name: title }).click();
    await this.page.getByRole('heading', { level: 2, name: title }).first().waitFor({ state: 'attached' });
  }

  /** The titles of all sections that are there. */
  sections(): Promise<string[]> {
    return this.page.getByRole('navigation').getByRole('link').allTextContents();
  }

  async isLive(): Promise<void> {
    await this.page.locator('.dot.live').waitFor();
  }

  /** The cells of a row of a table by the column titles. */
  async row(text: string): Promise<Record<string, string>> {
    const titles = await this.page.locator('.data > thead th').allTextContents();
    const cells = this.page.locator('.data > tbody > tr', { hasText: text }).first().locator(':scope > td');
    const texts = await cells.allTextContents();
    return Object.fromEntries(
      titles.map((title, at) => [title.replace(/ [▲▼]$/, ''), texts[at]?.trim() ?? '']),
    );
  }

  /** The large number of a tile of the overview. */
  async tile(label: string): Promise<string> {
    const tile = this.page.locator('.tile', { has: this.page.locator('dt', { hasText: label }) });
    return (await tile.locator('.tile-value').textContent()) ?? '';
  }

  /** The text of a chart for screen readers. */
  async chart(title: string): Promise<string> {
    const chart = this.page.locator('figure', { has: this.page.locator(`h3:text-is("${title}")`) });
    return (await chart.getByRole('img').first().getAttribute('aria-label')) ?? '';
  }

  /** How much of a chart is drawn in colour: its lines, for axes and grid are grey. */
  colouredPixels(title: string): Promise<number> {
    const chart = this.page.locator('figure', { has: this.page.locator(`h3:text-is("${title}")`) });
    return chart.locator('canvas').evaluate((canvas: Canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let pixels = 0;
      for (let at = 0; at < data.length; at += 4) {
        const channels = data.slice(at, at + 3);
        if (Math.max(...channels) - Math.min(...channels) > 80) pixels++;
      }
      return pixels;
    });
  }

  /** Waits until one of the notices says this. */
  async notice(text: string | RegExp): Promise<void> {
    await this.page.locator('.notice', { hasText: text }).waitFor();
  }

  /** What axe-core finds that is serious or critical. */
  async barriers(): Promise<string[]> {
    // Evaluated through the debugger, which the Content-Security-Policy does not restrict.
    await this.page.evaluate(AXE);
    const violations = await this.page.evaluate(
      async () =>
        (await (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run()).violations,
    );
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  }

  /** Whether anything is wider than the screen. */
  isTooWide(): Promise<boolean> {
    return this.page.evaluate('document.documentElement.scrollWidth > innerWidth');
  }

  /** Expects that nothing went wrong, and that no request was sent to another server. */
  expectClean(origin: string): void {
    expect(this.problems).toEqual([]);
    expect(this.requests.filter((url) => !url.startsWith(`${origin}/`) && !url.startsWith('blob:'))).toEqual(
      [],
    );
  }
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResults {
  violations: { id: string; impact: string | null; nodes: { html: string }[] }[];
}
