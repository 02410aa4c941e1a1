/** Pieces that several pages show: tables, times, hashes, identities. */

import type { Grant, Uploader } from '../identity-facts.ts';
import type { PublisherConfiguration } from '../publishers.ts';
import { compareVersions, normalizeName, parsePythonVersion } from '../python-version.ts';
import type { Project, Release, StoredFile } from '../store.ts';
import { type Fragment, type Html, html } from './html.ts';

export interface Table {
  readonly caption: Fragment;
  readonly columns: readonly string[];
  /** Cells in the order of the columns; the first one heads its row. */
  readonly rows: readonly (readonly Fragment[])[];
  /** What to say when there are no rows. */
  readonly empty: Fragment;
}

export function tableOf({ caption, columns, rows, empty }: Table): Html {
  if (rows.length === 0) {
    return html`<h2>${caption}</h2>\n<p class="soft">${empty}</p>\n`;
  }
  const head = columns.map((column) => html`<th scope="col">${column}</th>`);
  const body = rows.map(
    ([first, ...cells]) =>
      html`<tr><th scope="row">${first}</th>${cells.map((cell, index) => html`<td data-label="${columns[index + 1]}">${cell}</td>`)}</tr>\n`,
  );
  return html`<table><caption>${caption}</caption>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}</tbody></table>\n`;
}

/** A list of names and values. */
export function definitions(entries: Iterable<readonly [string, Fragment]>): Html {
  return html`<dl>${[...entries].map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

export function codeDefinitions(entries: Iterable<readonly [string, string]>): Html {
  return definitions([...entries].map(([name, value]) => [name, html`<code>${value}</code>`]));
}

/** In UTC, to the second. */
export function timeOf(timeMs: number): Html {
  const iso = new Date(timeMs).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 19)}</time>`;
}

/** The same without the day, where another column tells it. */
function timeOfDay(timeMs: number): Html {
  const iso = new Date(timeMs).toISOString();
  return html`<time datetime="${iso}" title="${iso}">${iso.slice(11, 19)}</time>`;
}

export function sizeOf(bytes: number): string {
  const [divisor, unit] = bytes < 1e3 ? [1, 'bytes'] : bytes < 1e6 ? [1e3, 'kB'] : [1e6, 'MB'];
  return `${Number((bytes / divisor).toFixed(1))} ${unit}`;
}

export const providerTitles = {
  github: 'GitHub',
  gitlab: 'GitLab',
  google: 'Google',
  activestate: 'ActiveState',
} as const;

/** Who acted: where its job lives, and the claims on demand. */
export function identityOf(uploader: Uploader | undefined): Fragment {
  if (uploader === undefined) {
    return 'unknown';
  }
  if ('user' in uploader) {
    return html`API token of ${uploader.user}`;
  }
  const { provider, claims } = uploader;
  const place =
    provider === 'activestate'
      ? `${claims['organization']}/${claims['project']}`
      : (claims['repository'] ?? claims['project_path'] ?? claims['email'] ?? '');
  return html`${providerTitles[provider]} ${place}<details><summary>Claims</summary>${codeDefinitions(Object.entries(claims))}</details>`;
}

/** One line for a publisher. */
export function publisherTitle(publisher: PublisherConfiguration): string {
  switch (publisher.provider) {
    case 'github':
      return `GitHub ${publisher.owner}/${publisher.repository}`;
    case 'gitlab':
      return `GitLab ${publisher.namespace}/${publisher.project}`;
    case 'google':
      return `Google ${publisher.email}`;
    case 'activestate':
      return `ActiveState ${publisher.organization}/${publisher.project}`;
    default:
      return publisher satisfies never;
  }
}

export function stateOf(grant: Grant, nowMs: number): Html {
  if (grant.burnedAtMs !== undefined) {
    return html`<span class="state idle">burned</span> at ${timeOfDay(grant.burnedAtMs)}`;
  }
  return nowMs < grant.expiresAtMs
    ? html`<span class="state">valid</span> until ${timeOfDay(grant.expiresAtMs)}`
    : html`<span class="state idle">expired</span> at ${timeOfDay(grant.expiresAtMs)}`;
}

/** A file with its size, and its hashes on demand. */
export function fileCell(file: StoredFile): Html {
  const { sha256, filename } = file;
  const folder = `${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256.slice(4)}`;
  const hashes = [
    ['SHA-256', sha256],
    ['BLAKE2b-256', file.blake2b256],
    ['MD5', file.md5],
  ] as const;
  return html`<a href="/files/${folder}/${encodeURIComponent(filename)}">${filename}</a>
<details><summary>${sizeOf(file.sizeBytes)}, SHA-256 <code title="${sha256}">${sha256.slice(0, 12)}…</code></summary>${codeDefinitions(hashes)}</details>`;
}

/** Newest version first. */
export function newestReleases(project: Project): Release[] {
  return Object.values(project.releases).sort((left, right) => {
    const [first, second] = [parsePythonVersion(left.version), parsePythonVersion(right.version)];
    return first === undefined || second === undefined ? 0 : compareVersions(second, first);
  });
}

export function projectPath(name: string, version?: string): string {
  const release = version === undefined ? '' : `${encodeURIComponent(version)}/`;
  return `/project/${encodeURIComponent(normalizeName(name))}/${release}`;
}

export function publishingPath(name: string): string {
  return `/manage/project/${encodeURIComponent(normalizeName(name))}/settings/publishing/`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
