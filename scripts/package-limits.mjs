/** Packs the package and holds it to its limits: no dependencies, at most 300 kB, the licences included. */

import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const limitBytes = 300_000;
const [packed] = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8' }),
);
const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const files = packed.files.map(({ path }) => path);
const problems = [
  Object.keys(manifest.dependencies ?? {}).length > 0 && 'package.json has dependencies',
  packed.size > limitBytes && `the tarball has ${packed.size} bytes, more than ${limitBytes}`,
  ...['LICENSE', 'THIRD_PARTY_NOTICES.txt', 'README.md', 'dist/cli.cjs', 'bin/pypi-oidc.cjs'].map(
    (file) => !files.includes(file) && `${file} is missing`,
  ),
  files.some((file) => /^(src|test|node_modules)\//.test(file)) && 'sources or tests are in the tarball',
].filter(Boolean);

console.log(
  `Package: ${packed.size} bytes packed, ${packed.unpackedSize} unpacked, ${files.length} files, 0 dependencies.`,
);
for (const problem of problems) console.error(`Not publishable: ${problem}.`);
process.exitCode = problems.length === 0 ? 0 : 1;
