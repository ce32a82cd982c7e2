/** Builds what `npm pack` packs, and installs what the build needs in a clone where nobody has run `npm ci` yet. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
// The output of npm is that of `npm pack`, which scripts read.
const options = { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] };

if (!existsSync(`${ROOT}/node_modules`)) execFileSync('npm', ['ci', '--no-audit', '--no-fund'], options);
execFileSync(process.execPath, ['scripts/build.mjs'], options);
