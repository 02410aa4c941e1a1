/** Every environment variable that this program reads, once, with what it means. The README's table is made of this. */

import { Secret } from '../secret.ts';

export interface VariableEntry {
  readonly meaning: string;
  /** Its value must not be printed; an empty one is mentioned. */
  readonly secret?: true;
  /** Set by the CI, not by people. */
  readonly setBy?: string;
}

export const environmentVariables = {
  PYPI_OIDC_REPOSITORY: { meaning: 'as `--repository`' },
  TWINE_REPOSITORY: { meaning: 'as `--repository`, when `PYPI_OIDC_REPOSITORY` is unset' },
  TWINE_REPOSITORY_URL: { meaning: 'as `--repository-url`' },
  UV_PUBLISH_URL: { meaning: 'as `--repository-url`, when `TWINE_REPOSITORY_URL` is unset' },
  UV_PUBLISH_CHECK_URL: { meaning: 'as `--check-url`' },
  PYPI_TOKEN: { meaning: 'API token, used when the job has no identity', secret: true },
  UV_PUBLISH_TOKEN: { meaning: 'as `PYPI_TOKEN`', secret: true },
  TWINE_USERNAME: { meaning: 'user name for another index; `__token__` when only the password is set' },
  TWINE_PASSWORD: { meaning: 'password or API token for `TWINE_USERNAME`', secret: true },
  SSL_CERT_FILE: { meaning: 'as `--ca-cert`' },
  REQUESTS_CA_BUNDLE: { meaning: 'as `--ca-cert`, when `SSL_CERT_FILE` is unset' },
  NODE_EXTRA_CA_CERTS: { meaning: 'certificate authorities that Node trusts as well' },
  HTTPS_PROXY: { meaning: 'proxy for all requests but those to loopback (also in lower case)' },
  NO_PROXY: { meaning: 'hosts that are reached without the proxy (also in lower case); loopback always is' },
  NO_COLOR: { meaning: 'no colour, whatever its value' },
  FORCE_COLOR: { meaning: 'colour even where the output is no terminal; `0` for none' },
  CI: { meaning: 'no spinners, one line for each event' },
  GITHUB_ACTIONS: { meaning: '`true` in a GitHub Actions job', setBy: 'GitHub Actions' },
  GITHUB_EVENT_NAME: { meaning: 'what started the workflow, for better advice', setBy: 'GitHub Actions' },
  ACTIONS_ID_TOKEN_REQUEST_URL: { meaning: 'where identity tokens are asked for', setBy: 'GitHub Actions' },
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: { meaning: 'the right to ask for them', secret: true, setBy: 'GitHub Actions' },
} as const satisfies Readonly<Record<string, VariableEntry>>;

export type VariableName = keyof typeof environmentVariables;

/** The values of all secret variables that are set: they must never be printed, whoever repeats them. */
export function environmentSecrets(env: Readonly<Record<string, string | undefined>>): readonly Secret[] {
  const entries: readonly (readonly [string, VariableEntry])[] = Object.entries(environmentVariables);
  return entries.flatMap(([name, entry]) => {
    const value = entry.secret ? env[name]?.trim() : undefined;
    return value === undefined || value === '' ? [] : [new Secret(value)];
  });
}

/** The secret variables that are set, but empty: people meant to set them. */
export function emptySecrets(env: Readonly<Record<string, string | undefined>>): readonly VariableName[] {
  const entries: readonly (readonly [string, VariableEntry])[] = Object.entries(environmentVariables);
  return entries.flatMap(([name, entry]) =>
    entry.secret && !entry.setBy && env[name] === '' ? [name as VariableName] : [],
  );
}
