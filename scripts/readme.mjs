/**
 * Writes the table of environment variables into README.md, from the one list in `src/settings/environment.ts`.
 * With `--check` it only says (exit code 1) that the table is out of date.
 */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const bundle = await build({
  absWorkingDir: root,
  entryPoints: ['src/settings/environment.ts'],
  bundle: true,
  format: 'esm',
  platform: 'node',
  write: false,
});
const { environmentVariables } = await import(
  `data:text/javascript;base64,${Buffer.from(bundle.outputFiles[0].text).toString('base64')}`
);
const rows = Object.entries(environmentVariables).map(
  ([name, { meaning, setBy }]) => `| \`${name}\` | ${meaning}${setBy === undefined ? '' : ` (set by ${setBy})`} |`,
);
const table = ['| Variable | Meaning |', '|---|---|', ...rows].join('\n');

const path = join(root, 'README.md');
const before = await readFile(path, 'utf8');
const after = before.replace(/(<!-- variables: .* -->\n)[\s\S]*?(<!-- \/variables -->)/, `$1${table}\n$2`);
if (process.argv.includes('--check')) {
  if (before !== after) {
    console.error('The table of variables in README.md is out of date: run `npm run readme`.');
    process.exitCode = 1;
  }
} else {
  await writeFile(path, after);
}
