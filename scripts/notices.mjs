/** The notices of the bundled packages, from the list of what is really in the bundle. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Lists of names that are in our own files (src/local-index), under the licences of their projects. */
const dataSources = [
  { name: 'stdlib-list 0.12.0, names of modules', id: 'MIT', copyright: 'Copyright (c) 2015 Jack Maney' },
  {
    name: 'trove-classifiers 2026.9.21.13, names of classifiers',
    id: 'Apache-2.0',
    copyright: 'Copyright the PyPA developers',
  },
];

/**
 * Each licence text once, above it the packages it is for, with their copyright lines.
 * @throws {Error} when a bundled package ships no licence text: then it cannot be published.
 */
export async function thirdPartyNotices(metafile, root) {
  /** By the text without white space, so that line lengths do not count. */
  const licences = new Map();
  for (const name of bundledPackages(metafile)) {
    const folder = join(root, 'node_modules', name);
    const { version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const file = (await readdir(folder)).find((entry) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(entry));
    if (file === undefined)
      throw new Error(`The bundled package ${name} ships no licence text: it cannot be published.`);
    const { copyright, text } = splitNotice(await readFile(join(folder, file), 'utf8'));
    const key = text.replace(/[\s"'`“”*]+/g, '').toLowerCase();
    const licence = licences.get(key) ?? { text, packages: [], ids: new Set() };
    licence.ids.add(license);
    licence.packages.push(`${name} ${version} (${license})${copyright.map((line) => `\n    ${line}`).join('')}`);
    licences.set(key, licence);
  }
  for (const { name, id, copyright } of dataSources) {
    const [licence] = [...licences.values()]
      .filter(({ ids }) => ids.has(id))
      .toSorted((a, b) => b.packages.length - a.packages.length);
    if (licence === undefined) throw new Error(`No bundled package brings the text of ${id}, which ${name} needs.`);
    licence.packages.push(`${name} (${id})\n    ${copyright}`);
  }
  const sections = [...licences.values()].map(({ text, packages }) => `${packages.join('\n')}\n\n${text}\n`);
  const rule = `\n${'-'.repeat(78)}\n\n`;
  return `pypi-oidc includes the following packages, under the licences below each list.\n${rule}${sections.join(rule)}`;
}

function bundledPackages(metafile) {
  const names = new Set();
  for (const output of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const name = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/.exec(input)?.[1];
      if (name !== undefined && bytesInOutput > 0) names.add(name);
    }
  }
  return [...names].sort();
}

/** The copyright lines and titles of a licence file, and the rest: the licence itself. */
function splitNotice(content) {
  const lines = content.trim().split(/\r?\n/);
  const isCopyright = (line) => /^\W*copyright\b.*(\d{4}|\(c\)|©)/i.test(line);
  const isTitle = (line) => /^\W*(the )?(MIT|ISC|BSD)\b[^.]{0,30}licen[cs]e\W*(\(MIT\))?\W*$/i.test(line);
  const text = lines
    .filter((line) => !isCopyright(line) && !isTitle(line))
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return { copyright: lines.filter(isCopyright).map((line) => line.trim()), text };
}
