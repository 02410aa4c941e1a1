/**
 * One run of publishing, from files to outcomes; `upload` runs it on a real index, `rehearse` on the embedded one.
 * Nothing irreversible happens before everything local has passed: minting comes after the checks, uploading after that.
 */

import { type Finding, hasErrors } from '../checks/finding.ts';
import { type Authentication, settleAuthentication } from '../credentials/authentication.ts';
import type { StoredCredentials, TrustedPublishingMode } from '../credentials/choice.ts';
import {
  obtainIdentityToken,
  storedCredentials,
  trustedPublishingCredentials,
} from '../credentials/trusted-publishing.ts';
import { formFields } from '../distributions/form-fields.ts';
import { InterruptedError, PypiOidcError } from '../errors.ts';
import type { HttpClient } from '../http/client.ts';
import type { PackageIndex } from '../package-index/index-url.ts';
import { type CredentialSource, legacyUploadTarget } from '../package-index/legacy-upload.ts';
import type { Outcome } from '../upload/outcome.ts';
import { planUpload, type UploadPlan } from '../upload/plan.ts';
import { uploadAll, uploadRetries } from '../upload/upload.ts';
import type { CommandContext } from './context.ts';
import { readDistributions } from './read-distributions.ts';

export interface PublishRequest {
  readonly index: PackageIndex;
  readonly http: HttpClient;
  readonly paths: readonly string[];
  readonly stored: {
    readonly given: StoredCredentials | undefined;
    readonly environment: StoredCredentials | undefined;
  };
  readonly trustedPublishing: TrustedPublishingMode;
  /** Apply the local checks. */
  readonly check: boolean;
  /** Treat warnings as errors. */
  readonly strict: boolean;
  readonly failFast: boolean;
  readonly retries: number;
  /** Everything but minting and uploading. */
  readonly dryRun: boolean;
}

export type PublishReport =
  /** A local check failed: nothing was minted, nothing sent. */
  | { readonly kind: 'check-failed'; readonly plan: UploadPlan; readonly findings: readonly Finding[] }
  | {
      readonly kind: 'planned';
      readonly plan: UploadPlan;
      readonly findings: readonly Finding[];
      readonly credentials: string | undefined;
    }
  | { readonly kind: 'ran'; readonly outcomes: readonly Outcome[]; readonly findings: readonly Finding[] };

/** The way to authenticate, or why there is none. */
type Settled = Authentication | { readonly kind: 'impossible'; readonly error: unknown };

export async function publish(request: PublishRequest, context: CommandContext): Promise<PublishReport> {
  const [read, authentication] = await Promise.all([
    readDistributions(request.paths, request.check),
    settleAuthentication(
      { http: request.http, runtime: context.runtime, reporter: context.terminal },
      { index: request.index, mode: request.trustedPublishing, stored: request.stored },
    ).catch((error: unknown): Settled => ({ kind: 'impossible', error })),
  ]);
  const findings = [...read.findings.values()].flat();
  for (const finding of findings) context.terminal.report({ kind: 'finding', finding });
  const plan = planUpload(request.index, read.distributions, formFields);
  if (hasErrors(findings) || (request.strict && findings.length > 0)) return { kind: 'check-failed', plan, findings };
  if (request.check) {
    context.terminal.report({ kind: 'checked', files: plan.uploads.length, warnings: findings.length });
  }
  if (request.dryRun) {
    return { kind: 'planned', plan, findings, credentials: await tryAuthentication(authentication, context, request) };
  }
  if (authentication.kind === 'impossible') throw authentication.error;
  const credentials = credentialSource(authentication, plan, context, request);
  try {
    throwIfInterrupted(context);
    // Minting belongs before the first file, so that its failure is told as what it is.
    await credentials.current(0).catch((error: unknown) => {
      context.terminal.report({ kind: 'note', severity: 'info', message: 'Nothing was uploaded.' });
      throw error;
    });
    throwIfInterrupted(context);
    const outcomes = await uploadAll(
      {
        target: legacyUploadTarget(request.http, request.index),
        runtime: context.runtime,
        reporter: context.terminal,
        credentials,
        retryPolicy: { ...uploadRetries, retries: request.retries },
        failFast: request.failFast,
        signal: context.signal,
      },
      plan,
    );
    return { kind: 'ran', outcomes, findings };
  } finally {
    await credentials.end();
  }
}

function credentialSource(
  authentication: Authentication,
  plan: UploadPlan,
  context: CommandContext,
  { http, index }: PublishRequest,
): CredentialSource {
  if (authentication.kind === 'stored') return storedCredentials(authentication.stored.credentials);
  const { provider, audience } = authentication;
  return trustedPublishingCredentials(
    { http, runtime: context.runtime, reporter: context.terminal },
    { index, provider, audience, projects: projectsOf(plan) },
  );
}

/** For a dry run: as far as it goes without minting. Says what would stop a real run. */
async function tryAuthentication(
  authentication: Settled,
  context: CommandContext,
  request: PublishRequest,
): Promise<string | undefined> {
  try {
    if (authentication.kind === 'impossible') throw authentication.error;
    if (authentication.kind === 'trusted-publishing') {
      await obtainIdentityToken(
        { http: request.http, runtime: context.runtime, reporter: context.terminal },
        { index: request.index, provider: authentication.provider, audience: authentication.audience, projects: [] },
      );
    }
    return authentication.announcement;
  } catch (error) {
    if (!(error instanceof PypiOidcError)) throw error;
    context.terminal.report({ kind: 'note', severity: 'warning', message: error.message, hint: error.hint });
    return undefined;
  }
}

function projectsOf(plan: UploadPlan): readonly string[] {
  return [...new Set(plan.uploads.map(({ file }) => file.project))];
}

function throwIfInterrupted({ signal }: CommandContext): void {
  if (signal.aborted) throw new InterruptedError();
}
