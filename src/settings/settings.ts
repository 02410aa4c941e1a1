/**
 * Settings of a run that talks to an index: flag, then environment, then default. Pure; an empty value counts as unset.
 */

import * as z from 'zod/mini';
import { UsageError } from '../errors.ts';
import { type Environment, environmentValue } from '../runtime.ts';
import { Secret } from '../secret.ts';
import type { VariableName } from './environment.ts';

/** What commander hands over; values are still text. */
export interface IndexFlags {
  readonly repository?: string;
  readonly repositoryUrl?: string;
  readonly checkUrl?: string;
  readonly trustedPublishing?: string;
  readonly tokenFile?: string;
  readonly caCert?: string;
  readonly retries?: string;
  readonly timeout?: string;
}

/** User and password as they were found; `source` says where, for people. */
export interface FoundCredentials {
  readonly source: string;
  readonly username: string;
  readonly password: Secret;
}

export interface IndexSettings {
  /** Name of a known index, or an upload address. */
  readonly repository:
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'url'; readonly url: string };
  readonly checkUrl: string | undefined;
  readonly trustedPublishing: 'auto' | 'always' | 'never';
  readonly tokenFile: string | undefined;
  readonly environmentCredentials: FoundCredentials | undefined;
  /** PEM files with certificate authorities to trust beside Node's own; empty when none was asked for. */
  readonly caFiles: readonly string[];
  readonly proxies: {
    readonly https: string | undefined;
    readonly except: string | undefined;
  };
  readonly retries: number;
  /** Longest silence in milliseconds. */
  readonly noProgressMs: number;
}

const modes = z.enum(['auto', 'always', 'never']);
const wholeNumber = z.coerce.number().check(z.int(), z.gte(0), z.lte(100));
const seconds = z.coerce.number().check(z.gte(1), z.lte(86_400));

/** @throws {UsageError} `SETTINGS_INVALID` naming the flag */
export function indexSettings(flags: IndexFlags, env: Environment): IndexSettings {
  const variable = (...names: readonly VariableName[]): string | undefined =>
    names.map((name) => env[name]).find((value) => value !== undefined && value !== '');
  const flag = (value: string | undefined): string | undefined => (value === '' ? undefined : value);
  const url =
    flag(flags.repositoryUrl) ??
    (flag(flags.repository) === undefined ? variable('TWINE_REPOSITORY_URL', 'UV_PUBLISH_URL') : undefined);
  const name = flag(flags.repository) ?? variable('PYPI_OIDC_REPOSITORY', 'TWINE_REPOSITORY') ?? 'pypi';
  return {
    repository: url === undefined ? { kind: 'name', name } : { kind: 'url', url },
    checkUrl: flag(flags.checkUrl) ?? variable('UV_PUBLISH_CHECK_URL'),
    trustedPublishing: parsed(
      modes,
      flag(flags.trustedPublishing) ?? 'auto',
      '--trusted-publishing',
      '`auto`, `always` or `never`',
    ),
    tokenFile: flag(flags.tokenFile),
    environmentCredentials: environmentCredentials(env),
    caFiles: caFiles(
      flag(flags.caCert) ?? variable('SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE'),
      variable('NODE_EXTRA_CA_CERTS'),
    ),
    proxies: {
      https: eitherCase(env, 'HTTPS_PROXY'),
      except: eitherCase(env, 'NO_PROXY'),
    },
    retries: parsed(wholeNumber, flag(flags.retries) ?? '5', '--retries', 'a whole number from 0 to 100'),
    noProgressMs:
      parsed(seconds, flag(flags.timeout) ?? '60', '--timeout', 'a number of seconds from 1 to 86400') * 1000,
  };
}

/** A token outranks user and password; white space around a token is taken off, as pasted secrets often have some. */
function environmentCredentials(env: Environment): FoundCredentials | undefined {
  for (const source of ['PYPI_TOKEN', 'UV_PUBLISH_TOKEN'] as const satisfies readonly VariableName[]) {
    const token = env[source]?.trim();
    if (token !== undefined && token !== '')
      return { source: `\`${source}\``, username: '__token__', password: new Secret(token) };
  }
  const username = environmentValue(env, 'TWINE_USERNAME') ?? '__token__';
  const value = environmentValue(env, 'TWINE_PASSWORD');
  const password = username === '__token__' ? value?.trim() : value;
  if (password === undefined || password === '') return undefined;
  return { source: '`TWINE_PASSWORD`', username, password: new Secret(password) };
}

/** Naming certificates replaces those that Node would add by itself, so these are named, too. */
function caFiles(named: string | undefined, nodeExtra: string | undefined): readonly string[] {
  if (named === undefined) return [];
  return nodeExtra === undefined || nodeExtra === named ? [named] : [named, nodeExtra];
}

/** By convention the lower-case name wins. */
function eitherCase(env: Environment, name: VariableName): string | undefined {
  return environmentValue(env, name.toLowerCase()) ?? environmentValue(env, name);
}

function parsed<Schema extends z.ZodMiniType>(
  schema: Schema,
  value: string,
  flag: string,
  wanted: string,
): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new UsageError('SETTINGS_INVALID', {
    message: `\`${flag} ${value}\` cannot be used.`,
    hint: `Give ${wanted}.`,
  });
}
