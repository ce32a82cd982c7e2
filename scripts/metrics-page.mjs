/**
 * Writes docs/metrics.md from the definitions of the monitor's metrics: `npm run docs:metrics`. A test fails when the page
 * is older than the definitions.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { metricsPage } from './metrics-page/page.mjs';

const target = fileURLToPath(new URL('../docs/metrics.md', import.meta.url));
const config = await resolveConfig(target);
writeFileSync(target, await format(metricsPage(), { ...config, filepath: target }));
