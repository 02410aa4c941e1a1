/**
 * Replays recorded answers of a real PyPI server against the embedded index, over HTTP, and counts where it agrees:
 * `node scripts/conformance.mjs [distributions|sequences|mint] [--messages]`. Without a name all tables are replayed.
 * `CONFORMANCE_DIR` names a folder of the same layout as `test/conformance/` to take the cases from.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const folder = process.env.CONFORMANCE_DIR ?? join(root, 'test/conformance');
const words = process.argv.slice(2);
const wanted = words.filter((word) => !word.startsWith('--'));

// Inside the project, so that what is not bundled is found in its node_modules.
const output = await mkdtemp(join(root, 'node_modules/.conformance-'));
try {
  await build({
    absWorkingDir: root,
    entryPoints: ['test/local-index/replay-tables.ts'],
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outdir: output,
    outExtension: { '.js': '.mjs' },
    logLevel: 'error',
  });
  const { replayTable, tableNames } = await import(pathToFileURL(join(output, 'replay-tables.mjs')).href);
  const unknown = wanted.filter((name) => !tableNames.includes(name));
  if (unknown.length > 0) {
    throw new Error(`No table is called ${unknown.join(', ')}; there are ${tableNames.join(', ')}.`);
  }
  const lines = [];
  for (const table of wanted.length > 0 ? wanted : tableNames) {
    lines.push(report(table, await replayTable(table, folder)));
  }
  for (const line of lines) console.log(line);
} finally {
  await rm(output, { recursive: true, force: true });
}

/** Lists what differs, and gives the line that ends a table. */
function report(table, results) {
  let agreeing = 0;
  let worded = 0;
  for (const { id, rule, differences, notes, hasSameMessage } of results) {
    for (const note of notes) console.log(`note     ${table} ${id} (${rule}): ${note}`);
    for (const difference of differences) console.log(`differs  ${table} ${id} (${rule}): ${difference}`);
    if (differences.length === 0) {
      agreeing += 1;
      worded += hasSameMessage ? 1 : 0;
      if (!hasSameMessage && words.includes('--messages')) console.log(`wording  ${table} ${id} (${rule})`);
    }
  }
  if (agreeing < results.length) process.exitCode = 1;
  if (worded < agreeing) console.log(`${table}: of ${agreeing} that agree, ${worded} with the recorded message`);
  return `${table}: ${agreeing} of ${results.length} agree`;
}
