/**
 * Which trusted publisher a verified identity token belongs to: PyPI's lookup (required claims, database columns, the
 * choice by environment) and the checks of the remaining claims that follow it. Letter case matters exactly where it
 * does on PyPI. A claim set that fails throws `UnmatchedClaims` with PyPI's reason.
 * @see https://docs.pypi.org/trusted-publishers/internals/
 */

import { quoted, quotedList, ServerCrash } from './answers.ts';
import type { ProviderName, PublisherConfiguration } from './publishers.ts';
import { isTruthy, pythonText } from './python-values.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** Why no publisher corresponds; `message` is the reason as PyPI words it. */
export class UnmatchedClaims extends Error {
  override readonly name = 'UnmatchedClaims';
}

type Of<Name extends ProviderName> = Extract<PublisherConfiguration, { provider: Name }>;

/** Expected issuer of the providers that cannot have another one. */
export const builtInIssuers: Readonly<Record<ProviderName, string>> = {
  github: 'https://token.actions.githubusercontent.com',
  gitlab: 'https://gitlab.com',
  google: 'https://accounts.google.com',
  activestate: 'https://platform.activestate.com/api/v1/oauth/oidc',
};

/**
 * Claims that may be neither absent nor null. Which one is named when several are missing depends on the process on
 * PyPI (the names are in a set); here it is the first.
 */
const requiredClaims: Readonly<Record<ProviderName, readonly string[]>> = {
  github: [
    'repository',
    'repository_owner',
    'repository_owner_id',
    'job_workflow_ref',
    'ref',
    'sha',
    'jti',
    'event_name',
  ],
  gitlab: ['ref_path', 'sha', 'sub', 'project_path', 'ci_config_ref_uri', 'jti'],
  google: ['email', 'email_verified'],
  activestate: ['sub', 'organization', 'project', 'actor_id', 'builder'],
};

const notFound = 'Publisher with matching claims was not found';

/**
 * The one publisher among `candidates` that the claims select and satisfy.
 * @param checkUnused throws when the token's `jti` was exchanged before; PyPI asks at this point of the checks, so that
 *   another reason may come first.
 * @throws {UnmatchedClaims} with PyPI's reason.
 * @throws {ServerCrash} for ill-typed claims that PyPI does not catch.
 */
export function matchPublisher<Item extends PublisherConfiguration>(
  provider: ProviderName,
  claims: Claims,
  candidates: readonly Item[],
  checkUnused: () => void,
): Item {
  if (provider !== 'gitlab' && claims['iss'] !== builtInIssuers[provider]) {
    const expected = quoted(builtInIssuers[provider]);
    throw new UnmatchedClaims(`JWT issuer ${quoted(String(claims['iss']))} does not match expected issuer ${expected}`);
  }
  for (const name of requiredClaims[provider]) {
    if (claims[name] === undefined || claims[name] === null) {
      throw new UnmatchedClaims(`Missing claim ${quoted(name)}`);
    }
  }
  const selected = select(provider, claims, candidates);
  if (selected === undefined) {
    throw new UnmatchedClaims(notFound);
  }
  check(selected, claims, checkUnused);
  return selected;
}

function select<Item extends PublisherConfiguration>(
  provider: ProviderName,
  claims: Claims,
  candidates: readonly Item[],
): Item | undefined {
  switch (provider) {
    case 'github': {
      const [owner, repository] = splitPath(claimText(claims, 'repository'), 'first');
      const workflow = gitHubWorkflowFile(claimText(claims, 'job_workflow_ref'));
      const ownerId = claimText(claims, 'repository_owner_id');
      const matching = candidates.filter(
        (item) =>
          item.provider === 'github' &&
          item.owner === owner &&
          item.repository === repository &&
          item.owner_id === ownerId &&
          item.workflow_filename === workflow,
      );
      return matching.length === 0 ? undefined : byEnvironment(matching, gitHubEnvironment(claims));
    }
    case 'gitlab': {
      const [namespace, project] = splitPath(claimText(claims, 'project_path'), 'last');
      const path = gitLabConfigurationPath(claimText(claims, 'ci_config_ref_uri'));
      const matching = candidates.filter(
        (item) =>
          item.provider === 'gitlab' &&
          item.issuer_url === claims['iss'] &&
          sameLetters(item.namespace, namespace) &&
          sameLetters(item.project, project) &&
          item.workflow_filepath === path,
      );
      return byEnvironment(matching, claims['environment']);
    }
    case 'google': {
      const email = claimText(claims, 'email');
      const matching = candidates.filter((item) => item.provider === 'google' && item.email === email);
      const withSub = matching.find(
        (item) => item.provider === 'google' && item.sub !== '' && item.sub === claims['sub'],
      );
      return withSub ?? matching.find((item) => item.provider === 'google' && item.sub === '');
    }
    case 'activestate': {
      const organization = claimText(claims, 'organization');
      const project = claimText(claims, 'project');
      const actorId = claimText(claims, 'actor_id');
      return candidates.find(
        (item) =>
          item.provider === 'activestate' &&
          item.organization === organization &&
          item.project === project &&
          item.actor_id === actorId,
      );
    }
    default:
      return provider satisfies never;
  }
}

/** The publisher for the token's environment wins, then the one for any environment. Only one is ever used. */
function byEnvironment<Item extends PublisherConfiguration>(
  matching: readonly Item[],
  environment: unknown,
): Item | undefined {
  const constrained = matching.find((item) => environment !== '' && environmentOf(item) === environment);
  return constrained ?? matching.find((item) => environmentOf(item) === '');
}

function environmentOf(publisher: PublisherConfiguration): string {
  return 'environment' in publisher ? publisher.environment : '';
}

/** The claim as the lookup compares it; one that is not a string fails there, unless it counts as empty. */
function gitHubEnvironment(claims: Claims): string {
  const { environment } = claims as Readonly<Record<string, unknown>>;
  return isTruthy(environment) ? claimText(claims, 'environment').toLowerCase() : '';
}

function check(publisher: PublisherConfiguration, claims: Claims, checkUnused: () => void): void {
  switch (publisher.provider) {
    case 'github':
      checkGitHub(publisher, claims, checkUnused);
      break;
    case 'gitlab':
      checkGitLab(publisher, claims);
      checkUnused();
      break;
    case 'google':
      if (claims['email_verified'] !== true && claims['email_verified'] !== 1) {
        throw failedClaim('email_verified');
      }
      break;
    case 'activestate':
      checkActiveState(publisher, claims);
      break;
    default:
      publisher satisfies never;
  }
}

function checkGitHub(publisher: Of<'github'>, claims: Claims, checkUnused: () => void): void {
  if (claimText(claims, 'repository_owner') !== publisher.owner) {
    throw failedClaim('repository_owner');
  }
  const references = [claims['ref'], claims['sha']].filter(isTruthy).map(pythonText);
  if (references.length === 0) {
    throw new UnmatchedClaims('The ref and sha claims are empty');
  }
  const workflow = `${publisher.owner}/${publisher.repository}/.github/workflows/${publisher.workflow_filename}`;
  checkReference('job_workflow_ref', claims, workflow, references);
  checkUnused();
  if (claims['event_name'] === 'pull_request_target') {
    throw new UnmatchedClaims("Publishing from a workflow invoked via 'pull_request_target' is not supported.");
  }
}

function checkGitLab(publisher: Of<'gitlab'>, claims: Claims): void {
  const path = `${publisher.namespace}/${publisher.project}`;
  const subject = claimText(claims, 'sub').split(':').slice(0, 2).join(':');
  if (!sameLetters(subject, `project_path:${path}`)) {
    throw failedClaim('sub');
  }
  const references = [claims['ref_path'], claims['sha']];
  if (!references.every(isTruthy)) {
    throw new UnmatchedClaims('The ref_path and sha claims are empty');
  }
  const host = publisher.issuer_url.replace(/^https:\/\//, '');
  const configuration = `${host}/${path}//${publisher.workflow_filepath}`;
  checkReference('ci_config_ref_uri', claims, configuration, references.map(pythonText));
}

function checkActiveState(publisher: Of<'activestate'>, claims: Claims): void {
  const subject = claimText(claims, 'sub');
  if (subject === '') {
    throw new UnmatchedClaims("Missing 'subject' claim");
  }
  const components = subject.split(':');
  if (components.length < 4) {
    throw new UnmatchedClaims("Invalid 'subject' claim. Wrong format");
  }
  if (components.slice(0, 4).join(':') !== `org:${publisher.organization}:project:${publisher.project}`) {
    throw new UnmatchedClaims("Invalid 'subject' claim");
  }
  if (claims['builder'] !== 'pypi-publisher') {
    throw failedClaim('builder');
  }
}

function checkReference(name: string, claims: Claims, file: string, references: readonly string[]): void {
  const actual = claimText(claims, name);
  const expected = new Set(references.map((reference) => `${file}@${reference}`));
  if (!expected.has(actual)) {
    const list = quotedList([...expected].sort());
    throw new UnmatchedClaims(`The ${name} claim does not match, expecting one of ${list}, got ${quoted(actual)}`);
  }
}

function failedClaim(name: string): UnmatchedClaims {
  return new UnmatchedClaims(`Check failed for required claim ${quoted(name)}`);
}

function gitHubWorkflowFile(reference: string): string {
  const file = /([^/]+\.ya?ml)(?=@)/.exec(reference)?.[1];
  if (file === undefined) {
    // The odd word order is PyPI's.
    throw new UnmatchedClaims('Could not job extract workflow filename from OIDC claims');
  }
  return file;
}

function gitLabConfigurationPath(uri: string): string {
  // A file that is called only `.yml` does not count.
  const path = /\/\/([^\n]*[^/]\.ya?ml)(?=@)/.exec(uri)?.[1];
  if (path === undefined) {
    throw new UnmatchedClaims('Could not extract workflow filename from OIDC claims');
  }
  return path;
}

function claimText(claims: Claims, name: string): string {
  const value = claims[name];
  if (typeof value !== 'string') {
    throw new ServerCrash(`The claim ${name} is not a string.`);
  }
  return value;
}

function splitPath(path: string, at: 'first' | 'last'): readonly [string, string] {
  const position = at === 'first' ? path.indexOf('/') : path.lastIndexOf('/');
  if (position < 0) {
    throw new ServerCrash('A path claim has no slash.');
  }
  return [path.slice(0, position), path.slice(position + 1)];
}

function sameLetters(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
