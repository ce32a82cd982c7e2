/** Builds what `npm pack` packs, and installs what the build needs in a clone where `npm ci` has not been run yet. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
// The output of npm is that of `npm pack`, which scripts read.
const options = { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] };

// The settings of the outer npm are those of the inner one too: `npm pack --dry-run` would not install anything.
const install = ['ci', '--no-audit', '--no-fund', '--no-dry-run', '--include=dev'];
if (!existsSync(`${ROOT}/node_modules`)) execFileSync('npm', install, options);
execFileSync(process.execPath, ['scripts/build.mjs'], options);
