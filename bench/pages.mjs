/**
 * Measures what open pages cost the process that serves them, and how soon a page has its first chart: see README.md
 * beside this file. Needs Chromium for the second.
 */
import { get } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { measureShares, percent } from './support/cpu-share.mjs';
import { readFlags } from './support/flags.mjs';
import { machine, versionOf } from './support/machine.mjs';
import { ServerProcess } from './support/server-process.mjs';
import { summarize } from './support/stats.mjs';
import { table } from './support/table.mjs';

/** The most pages that one process serves. */
const PAGES = 50;

const WARM_UP_SECONDS = 10;

const flags = readFlags({ seconds: 60, rounds: 3 });

console.log(`${machine()}; Nest ${versionOf('@nestjs/core')}.\n`);
const alone = new ServerProcess('express', 'default');
const watched = new ServerProcess('express', 'default');
await Promise.all([alone.start(), watched.start()]);
try {
  const monitor = new URL('/monitor', watched.url).href;
  const first = await measureFirstChart(`${monitor}/dashboard`);
  const { median, high } = summarize(first);
  console.log(
    `First chart after opening: ${median.toFixed(0)} ms (at most ${high.toFixed(0)} ms of ${first.length})\n`,
  );

  const streams = await Promise.all(Array.from({ length: PAGES }, () => openStream(`${monitor}/events`)));
  await sleep(WARM_UP_SECONDS * 1000);
  const shares = await measureShares([alone, watched], flags);
  for (const stream of streams) stream.destroy();
  const [without, withPages] = shares.map((values) => summarize(values).median);
  console.log(
    table(
      ['An idle application', 'CPU, share of one core'],
      [
        ['without pages', percent(without)],
        [`with ${PAGES} open pages`, percent(withPages)],
        ['difference', percent(withPages - without)],
      ],
    ),
  );
} finally {
  await Promise.all([alone.stop(), watched.stop()]);
}

/** @returns {Promise<import('node:http').IncomingMessage>} the stream that an open page follows */
function openStream(url) {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      if (response.statusCode === 200) resolve(response.resume());
      else reject(new Error(`The stream was refused with ${response.statusCode}.`));
    }).on('error', reject);
  });
}

/** @returns {Promise<number[]>} milliseconds from the start of the navigation until a chart is drawn, of several pages */
async function measureFirstChart(url) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const times = [];
    for (let i = 0; i < 5; i++) {
      const context = await browser.newContext();
      const page = await context.newPage();
      const start = performance.now();
      await page.goto(url, { waitUntil: 'commit' });
      await page.waitForSelector('.u-over', { state: 'attached' });
      times.push(performance.now() - start);
      await context.close();
    }
    return times;
  } finally {
    await browser.close();
  }
}
