/** `/project/<name>/` and `/project/<name>/<version>/`: what releases link to. */

import type { Answer } from '../answers.ts';
import { parsePythonVersion } from '../python-version.ts';
import type { Project, Release } from '../store.ts';
import { html } from './html.ts';
import { pageOf, problemPage } from './layout.ts';
import {
  counted,
  definitions,
  fileCell,
  identityOf,
  newestReleases,
  projectPath,
  publishingPath,
  tableOf,
  timeOf,
} from './parts.ts';

const shownMetadata = [
  'summary',
  'author',
  'author_email',
  'license',
  'license_expression',
  'requires_python',
  'requires_dist',
];

/** @param version as in the address; without one the newest stable release, else the newest */
export function projectPage(project: Project, version: string | undefined, url: string): Answer {
  const releases = newestReleases(project);
  const wanted =
    version === undefined
      ? (releases.find((item) => parsePythonVersion(item.version)?.isPreRelease === false) ?? releases[0])
      : project.releases[parsePythonVersion(version)?.key ?? ''];
  if (wanted === undefined && version !== undefined) {
    return problemPage(
      404,
      'No such release',
      html`<p>${project.name} has no release ${version}. <a href="${projectPath(project.name)}">All its releases</a></p>`,
    );
  }
  const title = wanted === undefined ? project.name : `${project.name} ${wanted.version}`;
  const state = project.lifecycle === 'active' ? '' : html` <span class="state bad">${project.lifecycle}</span>`;
  const content = html`<h1>${title}${state}</h1>
<p><a href="${publishingPath(project.name)}">Trusted publishers</a></p>
${wanted === undefined ? html`<p class="soft">The project exists; nothing has been uploaded to it yet.</p>` : releaseContent(project, wanted, url)}
${tableOf({
  caption: 'Releases',
  columns: ['Version', 'Files', 'Created (UTC)'],
  rows: releases.map((release) => [
    html`<a href="${projectPath(project.name, release.version)}"${release === wanted ? html` aria-current="true"` : ''}>${release.version}</a>`,
    counted(release.files.length, 'file'),
    timeOf(release.createdAtMs),
  ]),
  empty: 'None yet.',
})}`;
  return pageOf({ title, content });
}

function releaseContent(project: Project, release: Release, url: string) {
  const metadata = shownMetadata.flatMap((field) => {
    const values = release.metadata[field] ?? [];
    return values.length === 0 ? [] : [[labelOf(field), values.join('; ')] as const];
  });
  return html`<p><code>pip install --index-url ${url}/simple/ ${project.name}==${release.version}</code></p>
${metadata.length === 0 ? '' : definitions(metadata)}
${tableOf({
  caption: 'Files',
  columns: ['File', 'Uploaded by', 'At (UTC)'],
  rows: release.files.map((file) => [
    html`${fileCell(file)}${file.provenance === null ? '' : html`<small><a href="${provenancePath(project, release, file.filename)}">Attestations</a></small>`}`,
    identityOf(file.uploadedBy),
    timeOf(file.uploadedAtMs),
  ]),
  empty: 'All files of this release were deleted.',
})}`;
}

function labelOf(field: string): string {
  return field.charAt(0).toUpperCase() + field.slice(1).replaceAll('_', ' ');
}

function provenancePath(project: Project, release: Release, filename: string): string {
  const [, , name] = projectPath(project.name).split('/');
  return `/integrity/${name}/${encodeURIComponent(release.version)}/${encodeURIComponent(filename)}/provenance`;
}
