/** `/`: what is on the index, what was minted, and what was asked and answered last. */

import type { Answer } from '../answers.ts';
import type { Grant } from '../identity-facts.ts';
import type { RecordedRequest } from '../request.ts';
import { filesOf, type Project, type Store } from '../store.ts';
import { type Fragment, html } from './html.ts';
import { pageOf } from './layout.ts';
import {
  counted,
  definitions,
  fileCell,
  identityOf,
  newestReleases,
  projectPath,
  publishingPath,
  stateOf,
  tableOf,
  timeOf,
} from './parts.ts';
import { publishersOf } from './registration.ts';

const shownReleases = 5;
const shownFiles = 20;
const shownGrants = 20;
const shownRequests = 50;

export interface Overview {
  readonly store: Store;
  /** Oldest first. */
  readonly grants: readonly Grant[];
  /** Oldest first. */
  readonly requests: readonly RecordedRequest[];
  readonly url: string;
  readonly nowMs: number;
}

export function overviewPage({ store, grants, requests, url, nowMs }: Overview): Answer {
  const asked = requests.filter(({ path }) => !/^\/(?:$|manage\/|project\/|favicon)/.test(path));
  const files = [...store.files()].sort((left, right) => right.uploadedAtMs - left.uploadedAtMs);
  const content = html`<h1>Overview</h1>
${definitions([
  ['Uploads', html`<code>${url}/legacy/</code>`],
  ['Installs', html`<code>${url}/simple/</code>`],
])}
${store.openProjects ? html`<p class="soft">Open projects: here every trusted publisher may upload to any project, and create it. PyPI has no such mode.</p>` : ''}
${store.pending.length === 0 ? '' : html`<p><a href="/manage/account/publishing/">${counted(store.pending.length, 'pending publisher')}</a> for projects that do not exist yet.</p>`}
${tableOf({
  caption: 'Projects',
  columns: ['Project', 'Releases', 'Trusted publishers'],
  rows: [...store.projects.values()].map((project) => projectRow(project, store)),
  empty: html`None yet. The first upload, or the first use of a <a href="/manage/account/publishing/">pending publisher</a>, creates one.`,
})}
${tableOf({
  caption: captioned('Files', files.length, shownFiles),
  columns: ['File', 'Uploaded by', 'At (UTC)'],
  rows: files
    .slice(0, shownFiles)
    .map((file) => [fileCell(file), identityOf(file.uploadedBy), timeOf(file.uploadedAtMs)]),
  empty: 'None yet.',
})}
${tableOf({
  caption: captioned('API tokens minted', grants.length, shownGrants, 'The tokens themselves are never shown.'),
  columns: ['Minted for', 'Projects', 'At (UTC)', 'State'],
  rows: newest(grants, shownGrants).map((grant) => [
    identityOf(grant.identity),
    grant.projectNames === undefined ? 'any project' : grant.projectNames.join(', ') || 'none',
    timeOf(grant.mintedAtMs),
    stateOf(grant, nowMs),
  ]),
  empty: 'None yet. A job that exchanges its identity token gets one.',
})}
${tableOf({
  caption: captioned('Requests', asked.length, shownRequests, 'Those for these pages are left out.'),
  columns: ['Request', 'Answer', 'At (UTC)'],
  rows: newest(asked, shownRequests).map(requestRow),
  empty: 'None yet.',
})}`;
  return pageOf({ title: 'Overview', current: '/', content });
}

function projectRow(project: Project, store: Store): Fragment[] {
  const releases = newestReleases(project);
  const links = releases
    .slice(0, shownReleases)
    .map((release, index) => [
      index === 0 ? '' : ', ',
      html`<a href="${projectPath(project.name, release.version)}">${release.version}</a>`,
    ]);
  const more = releases.length > shownReleases ? `, and ${releases.length - shownReleases} older` : '';
  return [
    html`<a href="${projectPath(project.name)}">${project.name}</a>${project.lifecycle === 'active' ? '' : html` <span class="state bad">${project.lifecycle}</span>`}`,
    releases.length === 0 ? 'none' : html`${links}${more}<small>${counted(filesOf(project).length, 'file')}</small>`,
    html`<a href="${publishingPath(project.name)}">${counted(publishersOf(store, project.name).length, 'publisher')}</a>`,
  ];
}

function requestRow(request: RecordedRequest): Fragment[] {
  const { method, path, status, upload, verdict, identity } = request;
  const isBad = status === 'reset' || status >= 400;
  return [
    html`<code>${method} ${path}</code>${upload?.filename === undefined ? '' : html`<small>${upload.filename}</small>`}${request.audience === undefined ? '' : html`<small>audience ${request.audience}</small>`}`,
    html`<span class="state${isBad ? ' bad' : ''}">${status}</span> ${verdict}${identity === undefined ? '' : html`<small>${identityOf(identity)}</small>`}`,
    timeOf(request.atMs),
  ];
}

function captioned(title: string, count: number, shown: number, remark = ''): Fragment {
  const last = count > shown ? `The last ${shown} of ${count}. ` : '';
  return last + remark === '' ? title : html`${title}<small>${last}${remark}</small>`;
}

function newest<Item>(items: readonly Item[], count: number): Item[] {
  return items.slice(-count).reverse();
}
