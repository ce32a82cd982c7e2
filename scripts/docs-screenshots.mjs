/**
 * Makes the pictures of the dashboard in docs/images/, in Chromium, of the sample application with its traffic:
 *
 *   npm run docs:screenshots               waits five minutes first, so that there is something to see
 *   npm run docs:screenshots -- 30         waits 30 seconds
 *   npm run docs:screenshots -- 30 /tmp/x  writes them elsewhere
 *   npm run docs:screenshots -- 30 docs/images flame-graph   makes only this one
 *   npm run docs:screenshots -- 30 docs/images processes     makes the one of a cluster, on Linux and macOS
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { atEnd } from './at-end.mjs';

const [wait = '300', folder, only] = process.argv.slice(2);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const directory = folder ?? here('../docs/images');

const WIDE = { width: 1280, height: 860 };
const NARROW = { width: 360, height: 740 };

/** The content of each picture. `open` is clicked first; with `element`, the picture shows only that part of the page. */
const PICTURES = [
  { name: 'dashboard', section: 'overview' },
  { name: 'dashboard-dark', section: 'overview', theme: 'dark' },
  { name: 'dashboard-narrow', section: 'overview', size: NARROW },
  { name: 'routes', section: 'routes', open: 'button:has-text("/reports/sales")' },
  { name: 'routes-narrow', section: 'routes', size: NARROW, theme: 'dark' },
  { name: 'event-loop', section: 'event-loop', open: '.data tbody .row-button' },
  { name: 'memory', section: 'memory', theme: 'dark' },
  { name: 'metrics', section: 'metrics', open: 'button:has-text("order_total_cents")' },
  { name: 'profile', section: 'profile', open: 'text=Profile the CPU', until: '.flame-graph' },
  {
    name: 'flame-graph',
    section: 'profile',
    open: 'text=Profile the CPU',
    until: '.flame-graph',
    element: '.flame-graph',
  },
];

/** The picture of a cluster with one suspended worker. */
const PROCESSES = { name: 'processes', section: 'processes', size: { width: 1280, height: 420 } };

mkdirSync(directory, { recursive: true });
const isOfCluster = only === PROCESSES.name;
const env = { ...process.env, PORT: '0', TRAFFIC: 'on', ...(isOfCluster && { PORT: '3987', WORKERS: '4' }) };
const shop = spawn(process.execPath, [here('../sample-app/dist/main.js')], {
  env,
  stdio: ['ignore', 'pipe', 'ignore'],
});
atEnd(() => shop.kill());
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  const [line] = await once(createInterface({ input: shop.stdout }), 'line');
  const url = /http:\S+(?=\/products)/.exec(line)?.[0];
  console.log(`The shop is at ${url}. The pictures are made in ${wait} seconds.`);
  await delay(Number(wait) * 1000);
  if (isOfCluster) await takeProcesses(url);
  for (const picture of PICTURES) {
    if (only === undefined || picture.name === only) await take(`${url}/monitor/dashboard`, picture);
  }
} finally {
  await browser.close();
  shop.kill();
}

async function takeProcesses(url) {
  const { processes, instance } = await (await fetch(`${url}/monitor?format=json`)).json();
  const { pid } = processes.find((one) => one.pid !== instance.pid);
  process.kill(pid, 'SIGSTOP');
  // It ends with the others, but not while it is stopped.
  const forget = atEnd(() => process.kill(pid, 'SIGCONT'));
  try {
    await delay(20_000);
    await take(`${url}/monitor/dashboard`, PROCESSES);
  } finally {
    process.kill(pid, 'SIGCONT');
    forget();
  }
}

async function take(url, { name, section, theme = 'light', size = WIDE, open, until, element }) {
  const page = await browser.newPage({ viewport: size, colorScheme: theme, reducedMotion: 'reduce' });
  await page.goto(`${url}#${section}`);
  await page.locator('.dot.live').waitFor();
  if (open !== undefined) await page.locator(open).first().click();
  if (until !== undefined) await page.locator(until).waitFor({ timeout: 60_000 });
  // The charts are drawn with the next frame.
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  const what = element === undefined ? page : page.locator(element);
  await what.screenshot({ path: `${directory}/${name}.png` });
  await page.close();
  console.log(`${name}.png`);
}
