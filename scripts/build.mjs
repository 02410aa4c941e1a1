/**
 * Builds `dist/` from `src/`, and `THIRD_PARTY_NOTICES.txt` from the list of bundled inputs.
 *
 * The published package has no run-time dependencies: everything is bundled, split into chunks along dynamic imports,
 * so that a command loads only what it uses. Node starts CommonJS faster than ESM, so the chunks are CommonJS; esbuild
 * splits ESM only, hence two steps: bundle and split as ESM, then turn each chunk into CommonJS on its own.
 */

import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = 'node20.18';

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
  plugins: [undiciDispatcherOnly(), commanderWithoutProcesses(), oneSpinner(), withoutComments()],
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
      // Our own code stays readable; who wants to read a library reads it in its own package.
      minify: isLibrary(file.path),
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
await writeFile(join(root, 'THIRD_PARTY_NOTICES.txt'), await notices(bundle.metafile));

/** The licence text of every bundled package; a package without one fails the build. */
async function notices(metafile) {
  const names = new Set();
  for (const output of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const name = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/.exec(input)?.[1];
      if (name !== undefined && bytesInOutput > 0) names.add(name);
    }
  }
  const sections = [];
  for (const name of [...names].sort()) {
    const folder = join(root, 'node_modules', name);
    const { version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const file = (await readdir(folder)).find((entry) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(entry));
    if (file === undefined)
      throw new Error(`The bundled package ${name} ships no licence text: it cannot be published.`);
    const text = (await readFile(join(folder, file), 'utf8')).trim();
    sections.push(`${name} ${version} (${license})\n\n${text}\n`);
  }
  const rule = `\n${'-'.repeat(78)}\n\n`;
  return `pypi-oidc includes the following packages.\n${rule}${sections.join(rule)}`;
}

/** Whether a chunk holds nothing of our own. */
function isLibrary(path) {
  const { inputs } = bundle.metafile.outputs[relative(root, path).replaceAll('\\', '/')];
  return Object.keys(inputs).every((input) => /(^|\/)node_modules\//.test(input) || input.startsWith('scripts/'));
}

/** What each chunk is made of, largest first: for whoever asks why a command starts slowly. */
function printSizes(metafile) {
  for (const [file, { bytes, inputs }] of Object.entries(metafile.outputs)) {
    console.log(`${bytes} ${file}`);
    const rows = Object.entries(inputs).toSorted(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput);
    for (const [input, { bytesInOutput }] of rows.slice(0, 12)) console.log(`    ${bytesInOutput} ${input}`);
  }
}

/** Of undici only what sends requests over HTTP/1.1. */
function undiciDispatcherOnly() {
  return {
    name: 'undici-dispatcher-only',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^undici$/ }, () => ({ path: join(root, 'scripts/undici-dispatcher.mjs') }));
      // HTTP/2 is never used (src/http/client.ts), and loading node:http2 costs a third of the start-up time.
      onLoad({ filter: /undici[\\/]lib[\\/]dispatcher[\\/]client-h2\.js$/ }, () => ({
        contents: "module.exports = () => { throw new Error('HTTP/2 is switched off') };",
      }));
      // Bodies of fetch (FormData, Blob), which are never sent here.
      onLoad({ filter: /undici[\\/]lib[\\/]web[\\/]fetch[\\/]body\.js$/ }, () => ({
        contents: "exports.extractBody = () => { throw new Error('bodies of fetch are left out'); };",
      }));
      // The parser without SIMD: every processor that Node 20 runs on here (x64, arm64) has SIMD.
      onLoad({ filter: /undici[\\/]lib[\\/]llhttp[\\/]llhttp-wasm\.js$/ }, () => ({
        contents: "throw new Error('pypi-oidc needs a processor with SIMD instructions');",
      }));
    },
  };
}

/** Commander can start other programs as subcommands; this one has none, and node:child_process is slow to load. */
function commanderWithoutProcesses() {
  return {
    name: 'commander-without-processes',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
        /[\\/]commander[\\/]/.test(importer) ? { path: 'child_process', namespace: 'unused' } : undefined,
      );
      onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'module.exports = {};' }));
    },
  };
}

/** Of ora's ninety spinners the one that is used. */
function oneSpinner() {
  return {
    name: 'one-spinner',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]cli-spinners[\\/]spinners\.json$/ }, async ({ path }) => {
        const { dots, line } = JSON.parse(await readFile(path, 'utf8'));
        return { contents: JSON.stringify({ dots, line }), loader: 'json' };
      });
    },
  };
}

/**
 * Libraries without their comments, which esbuild keeps inside classes; the code stays readable. Only those that have
 * many: in others, comments mark what is free of side effects, and unused code would stay.
 */
function withoutComments() {
  return {
    name: 'without-comments',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]node_modules[\\/](commander|undici)[\\/].*\.[cm]?js$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        const { code } = await transform(source, { minifyWhitespace: true, legalComments: 'none', target });
        return { contents: code };
      });
    },
  };
}
