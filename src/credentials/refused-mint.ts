/**
 * A refused mint, explained: the values that the trusted publisher must have on file, the likeliest causes, and the page
 * where it is entered.
 */

import type { Claims } from '../identity/claims.ts';
import { expectedPublisher } from '../identity/trusted-publisher.ts';
import { type PackageIndex, publisherPages } from '../package-index/index-url.ts';
import { MintError } from '../package-index/oidc.ts';

interface RefusedRequest {
  readonly index: PackageIndex;
  readonly projects: readonly string[];
}

/** The same error with a hint made for these claims and this index. */
export function explainRefusedMint(error: MintError, claims: Claims, request: RefusedRequest): MintError {
  const explained = new MintError('MINT_REFUSED', {
    message: error.message,
    hint: hintFor(error, claims, {
      ...request,
      index: { ...request.index, pagesOrigin: request.index.pagesOrigin ?? error.pagesOrigin },
    }),
    description: error.description,
    status: error.status,
    ...(error.indexCode === undefined ? {} : { indexCode: error.indexCode }),
  });
  explained.cause = error;
  return explained;
}

function hintFor(error: MintError, claims: Claims, request: RefusedRequest): string {
  switch (error.indexCode) {
    case 'invalid-publisher':
      return publisherHint(claims, request);
    case 'invalid-reuse-token':
      return 'Something else in this job exchanged the same identity token: use one uploader for each job, then run the job again.';
    case 'invalid-token':
      return 'The index could not verify the identity token: the clock of this machine may be wrong, or the token was made for another index.';
    case 'not-enabled':
      return `${request.index.title} has switched trusted publishing off, for now or for this provider. See https://status.python.org/ and try later.`;
    case 'invalid-pending-publisher':
      return 'The project came to exist in the meantime: add this job’s trusted publisher in the settings of the project, then run the same command again.';
    case 'invalid-payload':
      return error.description.includes('unknown trusted publishing issuer')
        ? `The index does not know the issuer ${claims.iss}: publish from GitHub.com, GitLab.com, Google Cloud or ActiveState, or use an API token.`
        : error.hint;
    default:
      return error.hint;
  }
}

function publisherHint(claims: Claims, { index, projects }: RefusedRequest): string {
  const publisher = expectedPublisher(claims);
  if (publisher === undefined)
    return 'Compare the identity of this job (`pypi-oidc whoami`) with the trusted publisher on the index.';
  const width = Math.max(...publisher.fields.map(({ label }) => label.length));
  const rows = publisher.fields.map(
    ({ label, value }) => `    ${label.padEnd(width)}  ${value === '' ? '(leave empty)' : value}`,
  );
  const pages =
    projects.length === 0
      ? [publisherPages(index, 'PROJECT', publisher)]
      : projects.map((project) => publisherPages(index, project, publisher));
  const links = pages.flatMap((page) => (page === undefined ? [] : [`    ${page.existingProject}`]));
  const newProject = pages.find((page) => page !== undefined)?.newProject;
  return [
    `${index.title} knows no trusted publisher for this job. It must have exactly these values (${publisher.title}):`,
    '',
    ...rows,
    '',
    ...(links.length === 0
      ? ['Enter them in the settings of the project on the index.']
      : ['Enter them here, pre-filled for a project that exists:', ...links]),
    ...(newProject === undefined ? [] : ['or, for a project that does not exist yet, here:', `    ${newProject}`]),
    '',
    'If the page shows these values already: compare letter case, the workflow’s file name (not its title), the environment,',
    'and whether the publisher was entered on PyPI or on TestPyPI.',
  ].join('\n');
}
