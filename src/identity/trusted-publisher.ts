/**
 * The other side of an identity: what the trusted publisher on the index must say for these claims to match, in the
 * words of PyPI's form, and what is known to be refused.
 */

import { type Claims, textClaim } from './claims.ts';

/** Issuer of GitHub.com; GitHub Enterprise Server and look-alikes have their own. */
export const githubIssuer = 'https://token.actions.githubusercontent.com';

/** One field of the form on the index, with the value that these claims need. */
export interface PublisherField {
  /** Label on the page. */
  readonly label: string;
  /** Name in the form, which also pre-fills it when given in the page's query. */
  readonly field: string;
  readonly value: string;
  /** Claims the value comes from. */
  readonly from: readonly string[];
}

export interface TrustedPublisher {
  /** Value of `provider` in the page's query. */
  readonly provider: 'github';
  readonly title: string;
  readonly fields: readonly PublisherField[];
}

export interface IdentityProblem {
  readonly kind:
    | 'pull-request-target'
    | 'reusable-workflow'
    | 'issuer-unknown'
    | 'claims-incomplete'
    | 'no-environment';
  /** `refused`: PyPI is known to refuse it. `advice`: works, or may work. */
  readonly severity: 'refused' | 'advice';
  readonly message: string;
  readonly hint: string;
}

/** The publisher that matches these claims; `undefined` for an issuer that PyPI does not know. */
export function expectedPublisher(claims: Claims): TrustedPublisher | undefined {
  if (claims.iss !== githubIssuer) return undefined;
  const [owner, repository] = splitOnce(textClaim(claims, 'repository') ?? '', '/');
  const environment = textClaim(claims, 'environment');
  return {
    provider: 'github',
    title: 'GitHub',
    fields: [
      { label: 'Owner', field: 'owner', value: owner, from: ['repository', 'repository_owner'] },
      { label: 'Repository name', field: 'repository', value: repository, from: ['repository'] },
      {
        label: 'Workflow name',
        field: 'workflow_filename',
        value: workflowFilename(textClaim(claims, 'job_workflow_ref')) ?? '',
        from: ['job_workflow_ref'],
      },
      // PyPI lower-cases the environment on both sides.
      {
        label: 'Environment name',
        field: 'environment',
        value: environment?.toLowerCase() ?? '',
        from: ['environment'],
      },
    ],
  };
}

/** Claims that PyPI looks at when it matches an identity of this issuer, in the order people check them. */
export function matchedClaims(claims: Claims): readonly string[] {
  if (claims.iss !== githubIssuer) return ['sub'];
  return [
    'repository',
    'repository_owner',
    'repository_owner_id',
    'job_workflow_ref',
    'environment',
    'event_name',
    'ref',
    'sha',
  ];
}

/** What PyPI is known to refuse about these claims, and what could be better. */
export function identityProblems(claims: Claims): readonly IdentityProblem[] {
  if (claims.iss !== githubIssuer) {
    return [
      {
        kind: 'issuer-unknown',
        severity: 'refused',
        message: `PyPI does not accept identities of ${claims.iss}.`,
        hint: 'Publish from GitHub.com, GitLab.com, Google Cloud or ActiveState, or use an API token here.',
      },
    ];
  }
  const problems: IdentityProblem[] = [];
  const missing = [
    'repository',
    'repository_owner',
    'repository_owner_id',
    'job_workflow_ref',
    'event_name',
    'jti',
  ].filter((name) => typeof claims[name] !== 'string');
  if (missing.length > 0) {
    problems.push({
      kind: 'claims-incomplete',
      severity: 'refused',
      message: `The identity token lacks claims that PyPI requires: ${missing.join(', ')}.`,
      hint: 'A GitHub.com job always has them: check that the token comes from one.',
    });
  }
  if (claims['event_name'] === 'pull_request_target') {
    problems.push({
      kind: 'pull-request-target',
      severity: 'refused',
      message: 'PyPI refuses to publish from a workflow started by `pull_request_target`.',
      hint: 'That event runs with the rights of this repository on code of a stranger. Publish on a push, a tag or a release.',
    });
  }
  const called = textClaim(claims, 'job_workflow_ref');
  const caller = textClaim(claims, 'workflow_ref');
  if (called !== undefined && caller !== undefined && called !== caller)
    problems.push(reusableWorkflow(called, caller, claims));
  if (textClaim(claims, 'environment') === undefined) {
    problems.push({
      kind: 'no-environment',
      severity: 'advice',
      message: 'The job runs in no environment.',
      hint: 'An `environment:` with reviewers or tag rules, named in the publisher too, keeps other jobs from publishing.',
    });
  }
  return problems;
}

function reusableWorkflow(called: string, caller: string, claims: Claims): IdentityProblem {
  // PyPI matches the called file, and wants its reference to end in the ref or sha of the run itself.
  const repository = textClaim(claims, 'repository') ?? '';
  const [path, at] = splitOnce(called, '@');
  const works =
    path.startsWith(`${repository}/`) && (at === textClaim(claims, 'ref') || at === textClaim(claims, 'sha'));
  return {
    kind: 'reusable-workflow',
    severity: works ? 'advice' : 'refused',
    message: works
      ? `The job comes from a called workflow: PyPI matches \`${workflowFilename(called)}\`, not \`${workflowFilename(caller)}\`.`
      : `PyPI does not support reusable workflows: the job comes from \`${called}\`, called by \`${caller}\`.`,
    hint: works
      ? 'It works because both files are of the same repository and ref; the publisher must name the called file.'
      : 'Put the publishing job into the top-level workflow file, and keep only the build in the called one.',
  };
}

/** `octo/demo/.github/workflows/release.yml@refs/tags/v1` → `release.yml`. */
function workflowFilename(reference: string | undefined): string | undefined {
  return /([^/]+\.ya?ml)@/.exec(reference ?? '')?.[1];
}

function splitOnce(text: string, separator: string): [before: string, after: string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}
