/**
 * Carrying out a plan: one file after the other, each until it is accepted, refused or given up. Returns an outcome for
 * every file of the plan, whatever happens; only a bug or an interruption is thrown.
 */

import { PypiOidcError } from '../errors.ts';
import type { CredentialSource, UploadAnswer, UploadTarget } from '../package-index/legacy-upload.ts';
import { explainRefusal, type Refusal } from '../package-index/refusal.ts';
import type { Reporter } from '../reporter.ts';
import { type RetryPolicy, retryAfterMs, retrying } from '../retry.ts';
import type { Runtime } from '../runtime.ts';
import type { Outcome } from './outcome.ts';
import type { PlannedUpload, UploadPlan } from './plan.ts';
import { nextStep, stopScope } from './retry.ts';

export interface UploadContext {
  readonly target: UploadTarget;
  readonly runtime: Pick<Runtime, 'now' | 'sleep' | 'random'>;
  readonly reporter: Reporter;
  readonly credentials: CredentialSource;
  readonly retryPolicy: RetryPolicy;
  /** Stop at the first file that is not accepted. */
  readonly failFast: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Five more tries over about two minutes. */
export const uploadRetries: RetryPolicy = { retries: 5, firstDelayMs: 1_000, maxDelayMs: 60_000 };

export async function uploadAll(context: UploadContext, plan: UploadPlan): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  /** Reason why nothing more is sent: for one project, or (under `undefined`) for all. */
  const stopped = new Map<string | undefined, string>();
  for (const planned of plan.uploads) {
    const reason = stopped.get(undefined) ?? stopped.get(planned.file.project);
    const outcome: Outcome =
      reason === undefined
        ? await uploadOne(context, planned, (project, why) => stopped.set(project, why))
        : { kind: 'not-attempted', file: planned.file, reason };
    if (context.failFast && outcome.kind !== 'uploaded')
      stopped.set(undefined, 'stopped at the first failure (`--fail-fast`)');
    outcomes.push(outcome);
    context.reporter.report({ kind: 'upload-ended', outcome });
  }
  return outcomes;
}

async function uploadOne(
  context: UploadContext,
  planned: PlannedUpload,
  stop: (project: string | undefined, why: string) => void,
): Promise<Outcome> {
  const { file } = planned;
  const startedMs = context.runtime.now();
  if (context.signal?.aborted) return { kind: 'not-attempted', file, reason: 'interrupted' };
  context.reporter.report({ kind: 'upload-started', filename: file.filename, sizeBytes: file.sizeBytes });
  try {
    const { answer, attempts } = await sendUntilSettled(context, planned);
    if (answer.kind === 'accepted')
      return { kind: 'uploaded', file, durationMs: context.runtime.now() - startedMs, attempts };
    const refusal = explainRefusal(answer);
    const scope = stopScope(refusal);
    if (scope !== 'file') {
      stop(scope === 'project' ? file.project : undefined, `${file.filename} was not accepted (${answer.status})`);
    }
    const { status, explanation } = answer;
    return { kind: 'refused', file, status, explanation, hint: refusal.hint };
  } catch (error) {
    if (context.signal?.aborted) {
      const message = 'interrupted while it was being sent; the index may have it';
      return { kind: 'failed', file, message, hint: 'Run the same command again.' };
    }
    if (!(error instanceof PypiOidcError)) throw error;
    // A file that changed on disk says nothing of the others; a dead line, or no way to a new token, does.
    if (error.code !== 'FILE_UNREADABLE') stop(undefined, 'the index could not be reached, or gave no token');
    return { kind: 'failed', file, message: error.message, hint: error.hint };
  }
}

/** Send one file, with pauses and new credentials as needed. @throws {PypiOidcError} when no answer came in the end */
async function sendUntilSettled(
  context: UploadContext,
  planned: PlannedUpload,
): Promise<{ answer: UploadAnswer; attempts: number }> {
  let renewals = 0;
  let attempts = 0;
  const send = async (): Promise<UploadAnswer> => {
    attempts++;
    const { file } = planned;
    const credentials = await context.credentials.current(expectedMs(file.sizeBytes));
    return context.target.send(credentials, {
      fields: planned.fields,
      path: file.path,
      filename: file.filename,
      sizeBytes: file.sizeBytes,
      onSent: (sentBytes) =>
        context.reporter.report({
          kind: 'upload-progress',
          filename: file.filename,
          sentBytes,
          sizeBytes: file.sizeBytes,
        }),
      signal: context.signal,
    });
  };
  const answer = await retrying(
    async () => {
      let value = await send();
      let step = nextStep(value, refusalOf(value), renewals);
      if (step.kind === 'renew-credentials') {
        renewals++;
        if ((await context.credentials.renew()) === undefined) return { kind: 'done', value };
        value = await send();
        step = nextStep(value, refusalOf(value), renewals);
      }
      if (step.kind !== 'send-again') return { kind: 'done', value };
      const header = value.kind === 'refused' ? value.headers['retry-after'] : undefined;
      return { kind: 'again', value, reason: step.reason, retryAfterMs: retryAfterMs(header, context.runtime.now()) };
    },
    context.retryPolicy,
    context.runtime,
    (notice) => context.reporter.report({ kind: 'retry', what: planned.file.filename, notice }),
    context.signal,
  );
  return { answer, attempts };
}

function refusalOf(answer: UploadAnswer): Refusal | undefined {
  return answer.kind === 'accepted' ? undefined : explainRefusal(answer);
}

/** A careful guess of how long a file takes: 1 MB/s and half a minute for the server. The token must outlive the *start* of the check. */
function expectedMs(sizeBytes: number): number {
  return 30_000 + sizeBytes / 1_000;
}
