/**
 * GitHub Actions: the runner offers identity tokens on a URL of its own to jobs with `id-token: write`.
 * @see GitHub Docs, "OpenID Connect reference".
 */

import * as z from 'zod/mini';
import { TransportError } from '../http/http-error.ts';
import { briefRetries, isTransientStatus, retryAfterMs, retrying } from '../retry.ts';
import { environmentValue } from '../runtime.ts';
import { Secret } from '../secret.ts';
import { type Detection, type IdentityContext, IdentityError } from './provider.ts';

const title = 'GitHub Actions';

/** Detect GitHub Actions by its own marker; `undefined` when this is not a GitHub Actions job. */
export function detectGitHubActions(context: IdentityContext): Detection | undefined {
  const { env } = context.runtime;
  if (env['GITHUB_ACTIONS'] !== 'true') return undefined;
  const requestUrl = environmentValue(env, 'ACTIONS_ID_TOKEN_REQUEST_URL');
  const requestToken = environmentValue(env, 'ACTIONS_ID_TOKEN_REQUEST_TOKEN');
  if (requestUrl === undefined || requestToken === undefined) {
    return { kind: 'unavailable', title, error: permissionMissing(environmentValue(env, 'GITHUB_EVENT_NAME')) };
  }
  if (!URL.canParse(requestUrl)) {
    return {
      kind: 'unavailable',
      title,
      error: new IdentityError('IDENTITY_REQUEST_FAILED', {
        message: '`ACTIONS_ID_TOKEN_REQUEST_URL` does not hold a URL.',
        hint: 'The runner sets this variable: let no step of the job overwrite it.',
      }),
    };
  }
  const token = new Secret(requestToken);
  return {
    kind: 'available',
    provider: {
      name: 'github-actions',
      title,
      detectedBy: '`GITHUB_ACTIONS` is `true`',
      renewable: true,
      requestIdentityToken: (audience) => requestIdentityToken(context, requestUrl, token, audience),
    },
  };
}

const answerSchema = z.object({ value: z.string().check(z.minLength(1)) });

/**
 * Ask the runner's token service.
 * @throws {IdentityError} `IDENTITY_REQUEST_FAILED`
 */
async function requestIdentityToken(
  context: IdentityContext,
  requestUrl: string,
  requestToken: Secret,
  audience: string,
): Promise<Secret> {
  const answer = await retrying(
    async () => {
      const response = await context.http.request({
        method: 'GET',
        url: withAudience(requestUrl, audience),
        headers: { accept: 'application/json' },
        authorization: new Secret(`Bearer ${requestToken.reveal()}`),
      });
      if (!isTransientStatus(response.status)) return { kind: 'done', value: response };
      return {
        kind: 'again',
        value: response,
        reason: `GitHub's token service answered ${response.status}`,
        retryAfterMs: retryAfterMs(response.headers['retry-after'], context.runtime.now()),
      };
    },
    briefRetries,
    context.runtime,
    context.onRetry,
  ).catch(asIdentityError);
  if (answer.status !== 200) throw requestRefused(answer.status);
  const body = answerSchema.safeParse(parseJson(answer.body));
  if (!body.success) {
    // The body is not quoted: it may hold a token.
    throw new IdentityError('IDENTITY_REQUEST_FAILED', {
      message: "GitHub's token service answered 200, but without a token in it.",
      hint: 'Run the job again; if it stays so, see https://www.githubstatus.com/.',
    });
  }
  return new Secret(body.data.value);
}

/** No answer from the token service is a missing identity, not a failed upload. */
function asIdentityError(error: unknown): never {
  if (!(error instanceof TransportError)) throw error;
  throw new IdentityError('IDENTITY_REQUEST_FAILED', {
    message: `GitHub's token service gave no identity token. ${error.message}`,
    hint: error.hint,
    cause: error,
  });
}

/** The request URL already carries a query string, which must stay as it is: the audience is appended to it. */
export function withAudience(requestUrl: string, audience: string): URL {
  const url = new URL(requestUrl);
  url.search = `${url.search === '' ? '?' : `${url.search}&`}audience=${encodeURIComponent(audience)}`;
  return url;
}

function permissionMissing(eventName: string | undefined): IdentityError {
  const hint = [
    'Give the publishing job this permission, and nothing more:',
    '',
    '    permissions:',
    '      id-token: write',
  ];
  if (eventName === 'pull_request') {
    hint.push('', 'Pull requests from forks never get identity tokens: publish on a push, a tag or a release.');
  }
  return new IdentityError('IDENTITY_PERMISSION_MISSING', {
    message: 'This GitHub Actions job may not request an identity token: it lacks the permission `id-token: write`.',
    hint: hint.join('\n'),
  });
}

function requestRefused(status: number): IdentityError {
  const denied = status === 401 || status === 403;
  return new IdentityError('IDENTITY_REQUEST_FAILED', {
    message: `GitHub's token service refused to give an identity token: it answered ${status}.`,
    hint: denied
      ? 'The permission to request tokens ends with the job: run `pypi-oidc` in a step of the job itself, then run the job again.'
      : 'Run the job again; if it stays so, see https://www.githubstatus.com/.',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
