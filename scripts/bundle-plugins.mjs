/** What is left out of the bundle, or changed on its way into it, and why. */

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { transform } from 'esbuild';

const require = createRequire(import.meta.url);

/** Of undici only what sends requests over HTTP/1.1. */
export function undiciDispatcherOnly(root) {
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
      // The parser is WebAssembly in base64, which hardly compresses; packed before it takes half the room.
      onLoad({ filter: /undici[\\/]lib[\\/]llhttp[\\/]llhttp_simd-wasm\.js$/ }, ({ path }) => {
        const packed = brotliCompressSync(require(path)).toString('base64');
        return {
          contents:
            "const { brotliDecompressSync } = require('node:zlib');" +
            `module.exports = brotliDecompressSync(Buffer.from('${packed}', 'base64'));`,
        };
      });
      // SOCKS proxies; src/http/routes.ts refuses their addresses.
      onLoad({ filter: /undici[\\/]lib[\\/]dispatcher[\\/]socks5-proxy-agent\.js$/ }, () => ({
        contents: "module.exports = class { constructor() { throw new Error('SOCKS is left out'); } };",
      }));
      // The parser without SIMD: every processor that Node 20 runs on here (x64, arm64) has SIMD.
      onLoad({ filter: /undici[\\/]lib[\\/]llhttp[\\/]llhttp-wasm\.js$/ }, () => ({
        contents: "throw new Error('pypi-oidc needs a processor with SIMD instructions');",
      }));
    },
  };
}

/** Commander can start other programs as subcommands; this one has none, and node:child_process is slow to load. */
export function commanderWithoutProcesses() {
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
export function oneSpinner() {
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
 * Libraries in CommonJS, minified as they are read: esbuild would keep their comments inside classes. Others stay as
 * they are, as their comments mark what is free of side effects, and unused code would stay without them.
 */
export function minifiedLibraries(target) {
  const names = ['commander', 'undici', 'yauzl', '@fastify/busboy', 'pend'];
  return {
    name: 'minified-libraries',
    setup({ onLoad }) {
      const filter = new RegExp(`[\\\\/]node_modules[\\\\/](${names.join('|')})[\\\\/].*\\.c?js$`);
      onLoad({ filter }, async ({ path }) => {
        const { code } = await transform(await readFile(path, 'utf8'), { minify: true, legalComments: 'none', target });
        return { contents: code };
      });
    },
  };
}
