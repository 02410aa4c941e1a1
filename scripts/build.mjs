/**
 * Builds `dist/` from `src/`, and `THIRD_PARTY_NOTICES.txt` from the list of bundled inputs.
 *
 * The published package has no run-time dependencies: everything is bundled, split into chunks along dynamic imports,
 * so that a command loads only what it uses. Node starts CommonJS faster than ESM, so the chunks are CommonJS; esbuild
 * splits ESM only, hence two steps: bundle and split as ESM, then turn each chunk into CommonJS on its own.
 */

import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
import * as plugins from './bundle-plugins.mjs';
import { thirdPartyNotices } from './notices.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = 'node20.18';

/** Our own code that never handles a credential of the user: the embedded index, and what runs it. */
const rehearsalOnly = /^src\/(local-index\/|commands\/(serve|job-files)\.ts|(errors|secret|retry|runtime)\.ts)/;

const bundle = await build({
  absWorkingDir: root,
  entryPoints: ['src/cli.ts'],
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target,
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  chunkNames: 'chunks/[name]-[hash]',
  mainFields: ['module', 'main'],
  plugins: [
    plugins.undiciDispatcherOnly(root),
    plugins.commanderWithoutProcesses(),
    plugins.oneSpinner(),
    plugins.minifiedLibraries(target),
  ],
  legalComments: 'none',
  metafile: true,
  write: false,
});

// Written beside the old build and put in its place at once: a program that starts meanwhile finds one of the two.
const dist = join(root, 'dist');
const fresh = join(root, `dist.${process.pid}`);
await Promise.all(
  bundle.outputFiles.map(async (file) => {
    const { code } = await transform(file.text, {
      minify: isOffThePublishingPath(file.path),
      // Elsewhere names stay, and a formatter brings the lines back.
      minifyWhitespace: true,
      minifySyntax: true,
      format: 'cjs',
      platform: 'node',
      target,
      legalComments: 'none',
      // An `import()` of a chunk becomes a `require`: it would start the ESM loader.
      supported: { 'dynamic-import': false },
    });
    const path = join(fresh, relative(dist, file.path));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, code);
  }),
);
await rm(dist, { recursive: true, force: true });
await rename(fresh, dist);
if (process.argv.includes('--sizes')) printSizes(bundle.metafile);
await writeFile(join(root, 'THIRD_PARTY_NOTICES.txt'), await thirdPartyNotices(bundle.metafile, root));

/**
 * Whether a chunk can be minified: libraries (who wants to read one reads it in its own package), and the embedded
 * index. What publishes keeps its names, for people to see what runs beside their credentials; it loses its white space
 * only, as the package must stay small.
 */
function isOffThePublishingPath(path) {
  const { inputs } = bundle.metafile.outputs[relative(root, path).replaceAll('\\', '/')];
  const names = Object.keys(inputs);
  const isForeign = (name) => /(^|\/)node_modules\/|^scripts\//.test(name);
  const isIndex = names.some((name) => name.startsWith('src/local-index/'));
  return names.every((name) => isForeign(name) || (isIndex && rehearsalOnly.test(name)));
}

/** What each chunk is made of, largest first: for whoever asks why a command starts slowly. */
function printSizes(metafile) {
  for (const [file, { bytes, inputs }] of Object.entries(metafile.outputs)) {
    console.log(`${bytes} ${file}`);
    const rows = Object.entries(inputs).toSorted(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput);
    for (const [input, { bytesInOutput }] of rows.slice(0, 12)) console.log(`    ${bytesInOutput} ${input}`);
  }
}
