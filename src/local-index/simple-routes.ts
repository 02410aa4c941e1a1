/**
 * Reading back: the simple API in HTML and JSON, the JSON API, the integrity API and the files themselves. pip and uv
 * install from here.
 * @see https://packaging.python.org/en/latest/specifications/simple-repository-api/
 */

import { stat } from 'node:fs/promises';
import { type Answer, escapeHtml, htmlAnswer, jsonAnswer, pageAnswer, redirectAnswer, textAnswer } from './answers.ts';
import type { SimpleStore } from './fault-views.ts';
import { preferredType } from './negotiation.ts';
import { compareVersions, normalizeName, parsePythonVersion } from './python-version.ts';
import type { IndexRequest } from './request.ts';
import type { Project, Release, Store, StoredFile } from './store.ts';

export interface SimpleContext {
  readonly store: SimpleStore;
  /** Address of the index without a slash at the end. */
  readonly url: string;
}

export interface ReadContext extends SimpleContext {
  readonly store: Store;
}

const apiVersion = '1.4';
const simpleHtml = 'application/vnd.pypi.simple.v1+html';
const simpleJson = 'application/vnd.pypi.simple.v1+json';
const cacheHeaders = { 'cache-control': 'max-age=0, must-revalidate', vary: 'Accept' };

/** `/simple` and everything below it. */
export function answerSimple(request: IndexRequest, context: SimpleContext): Answer {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return pageAnswer(405, { allow: 'GET, HEAD' });
  }
  const accept = request.header('accept');
  const match = /^\/simple(?:\/([^/]*))?(\/)?$/.exec(request.path);
  if (match === null) {
    return pageAnswer(404);
  }
  const name = decodePath(match[1] ?? '');
  if (name === '') {
    return request.path === '/simple' ? redirectAnswer('/simple/', accept) : projectList(request, context);
  }
  const normalized = normalizeName(name);
  if (name !== normalized || match[2] === undefined) {
    return redirectAnswer(`/simple/${encodeURIComponent(normalized)}/`, accept);
  }
  const project = context.store.project(normalized);
  return project === undefined
    ? textAnswer(404, '404 Not Found')
    : projectDetail(normalized, project, request, context);
}

function projectList(request: IndexRequest, { store }: SimpleContext): Answer {
  const names = [...store.projects.keys()].sort();
  const meta = { 'api-version': apiVersion, '_last-serial': store.serial };
  const links = names.map((name) => `    <a href="/simple/${name}/">${name}</a><br/>\n`);
  return represent(request, store.serial, {
    document: { meta, projects: names.map((name) => ({ name })) },
    title: 'Simple index',
    body: links.join(''),
  });
}

function projectDetail(name: string, project: Project, request: IndexRequest, context: SimpleContext): Answer {
  const isHidden = project.lifecycle === 'quarantined';
  const releases = isHidden ? [] : sortedReleases(project).filter((release) => release.files.length > 0);
  const files = releases.flatMap(sortedFiles);
  const status = project.lifecycle === 'archived-noindex' ? 'archived' : project.lifecycle;
  const document = {
    meta: { 'api-version': apiVersion, '_last-serial': context.store.serial },
    name,
    'project-status': { status },
    versions: releases.map((release) => release.version),
    files: files.map((file) => simpleFile(file, name, context)),
  };
  const lines = files.map((file) => anchor(file, context));
  return represent(request, context.store.serial, {
    document,
    title: `Links for ${name}`,
    head: `    <meta name="pypi:project-status" content="${status}">\n`,
    body: `    <h1>Links for ${name}</h1>\n${lines.join('')}`,
  });
}

function simpleFile(file: StoredFile, projectName: string, context: SimpleContext): Record<string, unknown> {
  const coreMetadata = file.metadataSha256 === null ? false : { sha256: file.metadataSha256 };
  return {
    'core-metadata': coreMetadata,
    'data-dist-info-metadata': coreMetadata,
    filename: file.filename,
    hashes: { sha256: file.sha256 },
    provenance: file.provenance === null ? null : `${context.url}${provenancePath(file, projectName, context)}`,
    'requires-python': file.requiresPython,
    size: file.sizeBytes,
    'upload-time': isoTime(file.uploadedAtMs),
    url: fileUrl(file, context),
    yanked: false,
  };
}

function anchor(file: StoredFile, context: SimpleContext): string {
  const attributes = [`href="${escapeHtml(fileUrl(file, context))}#sha256=${file.sha256}"`];
  if (file.requiresPython !== null) {
    attributes.push(`data-requires-python="${escapeHtml(file.requiresPython)}"`);
  }
  if (file.metadataSha256 !== null) {
    attributes.push(`data-dist-info-metadata="sha256=${file.metadataSha256}"`);
    attributes.push(`data-core-metadata="sha256=${file.metadataSha256}"`);
  }
  return `    <a ${attributes.join(' ')}>${escapeHtml(file.filename)}</a><br/>\n`;
}

interface Representations {
  readonly document: unknown;
  readonly title: string;
  readonly head?: string;
  readonly body: string;
}

/** JSON or HTML by `Accept`; whatever is not known gets HTML, never 406. */
function represent(request: IndexRequest, serial: number, representations: Representations): Answer {
  const type = preferredType(request.header('accept'), ['text/html', simpleHtml, simpleJson]) ?? 'text/html';
  const headers = { ...cacheHeaders, 'x-pypi-last-serial': String(serial) };
  if (type === simpleJson) {
    const answer = jsonAnswer(200, representations.document, simpleJson);
    return { ...answer, headers: { ...answer.headers, ...headers } };
  }
  const page =
    '<!DOCTYPE html>\n<html lang="en">\n  <head>\n' +
    `    <meta name="pypi:repository-version" content="${apiVersion}">\n${representations.head ?? ''}` +
    `    <title>${representations.title}</title>\n  </head>\n  <body>\n${representations.body}  </body>\n</html>\n`;
  const answer = htmlAnswer(200, page, type === simpleHtml ? simpleHtml : 'text/html; charset=UTF-8');
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

/** `/files/<sha256>/<filename>`, and `….metadata` beside a wheel. */
export async function answerFile(request: IndexRequest, { store }: ReadContext): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return pageAnswer(405, { allow: 'GET, HEAD' });
  }
  const [, , first = '', second = '', rest = '', filename = ''] = request.path.split('/');
  const sha256 = first + second + rest;
  const name = decodePath(filename);
  for (const file of store.files()) {
    if (file.sha256 === sha256 && name === file.filename) {
      return await fileAnswer(store.filePath(sha256), 'application/octet-stream');
    }
    if (file.sha256 === sha256 && file.metadataSha256 !== null && name === `${file.filename}.metadata`) {
      return await fileAnswer(store.metadataPath(sha256), 'binary/octet-stream');
    }
  }
  return textAnswer(404, '404 Not Found');
}

/** `/pypi/<name>/json` and `/pypi/<name>/<version>/json`. */
export function answerJson(request: IndexRequest, context: ReadContext): Answer {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return pageAnswer(405, { allow: 'GET, HEAD' });
  }
  const match = /^\/pypi\/([^/]+)(?:\/([^/]+))?\/json\/?$/.exec(request.path);
  if (match === null) {
    return pageAnswer(404);
  }
  const name = decodePath(match[1] ?? '');
  const normalized = normalizeName(name);
  if (name !== normalized) {
    const version = match[2] === undefined ? '' : `/${match[2]}`;
    return redirectAnswer(`/pypi/${encodeURIComponent(normalized)}${version}/json`, request.header('accept'));
  }
  const project = context.store.project(normalized);
  const release = project === undefined ? undefined : chosenRelease(project, match[2]);
  if (project === undefined || release === undefined || project.lifecycle === 'quarantined') {
    return jsonAnswer(404, { message: 'Not Found' });
  }
  const urls = sortedFiles(release).map((file) => jsonFile(file, context));
  const releases = sortedReleases(project).map(
    (item) => [item.version, sortedFiles(item).map((file) => jsonFile(file, context))] as const,
  );
  return jsonAnswer(200, {
    info: releaseInformation(project, release),
    last_serial: context.store.serial,
    ...(match[2] === undefined ? { releases: Object.fromEntries(releases) } : {}),
    urls,
    vulnerabilities: [],
  });
}

function releaseInformation(project: Project, release: Release): Record<string, unknown> {
  const one = (field: string) => release.metadata[field]?.[0] ?? null;
  return {
    author: one('author') ?? '',
    author_email: one('author_email') ?? '',
    classifiers: release.metadata['classifiers'] ?? [],
    description: one('description') ?? '',
    description_content_type: one('description_content_type'),
    home_page: one('home_page') ?? '',
    keywords: one('keywords'),
    license: one('license'),
    license_expression: one('license_expression'),
    name: project.name,
    requires_dist: release.metadata['requires_dist'] ?? null,
    requires_python: one('requires_python'),
    summary: one('summary'),
    version: release.version,
    yanked: false,
    yanked_reason: null,
  };
}

function jsonFile(file: StoredFile, context: ReadContext): Record<string, unknown> {
  return {
    digests: { blake2b_256: file.blake2b256, md5: file.md5, sha256: file.sha256 },
    filename: file.filename,
    packagetype: file.filetype,
    python_version: file.pythonVersion,
    requires_python: file.requiresPython,
    size: file.sizeBytes,
    upload_time_iso_8601: isoTime(file.uploadedAtMs),
    url: fileUrl(file, context),
    yanked: false,
    yanked_reason: null,
  };
}

/** `/integrity/<name>/<version>/<filename>/provenance` (PEP 740). */
export function answerIntegrity(request: IndexRequest, { store }: ReadContext): Answer {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return pageAnswer(405, { allow: 'GET, HEAD' });
  }
  const match = /^\/integrity\/([^/]+)\/([^/]+)\/([^/]+)\/provenance$/.exec(request.path);
  const project = store.project(decodePath(match?.[1] ?? ''));
  const release = project === undefined ? undefined : chosenRelease(project, match?.[2]);
  const filename = decodePath(match?.[3] ?? '');
  const file = release?.files.find((item) => item.filename === filename);
  if (file === undefined) {
    return pageAnswer(404);
  }
  const integrityJson = 'application/vnd.pypi.integrity.v1+json';
  const type = preferredType(request.header('accept') ?? '*/*', [integrityJson, 'application/json']);
  if (type === undefined) {
    return jsonAnswer(406, { message: 'Request not acceptable' });
  }
  if (store.flags.has('disable-pep740')) {
    return jsonAnswer(403, { message: 'Attestations temporarily disabled' });
  }
  return file.provenance === null
    ? jsonAnswer(404, { message: `No provenance available for ${filename}` })
    : jsonAnswer(200, file.provenance, type);
}

/** The release asked for; without a version the newest one, stable releases first. */
function chosenRelease(project: Project, version: string | undefined): Release | undefined {
  if (version !== undefined) {
    const key = parsePythonVersion(decodePath(version))?.key;
    return key === undefined ? undefined : project.releases[key];
  }
  const releases = sortedReleases(project);
  return releases.findLast((release) => parsePythonVersion(release.version)?.isPreRelease === false) ?? releases.at(-1);
}

function sortedReleases(project: Project): Release[] {
  return Object.values(project.releases).sort((left, right) => {
    const [first, second] = [parsePythonVersion(left.version), parsePythonVersion(right.version)];
    return first === undefined || second === undefined ? 0 : compareVersions(first, second);
  });
}

function sortedFiles(release: Release): StoredFile[] {
  return [...release.files].sort((left, right) => (left.filename < right.filename ? -1 : 1));
}

function fileUrl(file: StoredFile, { url }: SimpleContext): string {
  const { sha256, filename } = file;
  const folder = `${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256.slice(4)}`;
  return `${url}/files/${folder}/${encodeURIComponent(filename)}`;
}

function provenancePath(file: StoredFile, projectName: string, { store }: SimpleContext): string {
  const releases = Object.values(store.project(projectName)?.releases ?? {});
  const version = releases.find((release) => release.files.includes(file))?.version ?? '';
  return `/integrity/${projectName}/${encodeURIComponent(version)}/${encodeURIComponent(file.filename)}/provenance`;
}

async function fileAnswer(path: string, contentType: string): Promise<Answer> {
  const { size } = await stat(path);
  return { status: 200, headers: { 'content-type': contentType }, body: { path, sizeBytes: size } };
}

/** ISO 8601 with microseconds, as PyPI writes it. */
function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('Z', '000Z');
}

function decodePath(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
