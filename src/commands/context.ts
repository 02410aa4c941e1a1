/** What every command is given, and how settings become the things that commands join. */

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import type { StoredCredentials } from '../credentials/choice.ts';
import { UsageError } from '../errors.ts';
import { createHttpClient, defaultTimeouts, type HttpClient } from '../http/client.ts';
import { indexAtUrl, namedIndex, type PackageIndex } from '../package-index/index-url.ts';
import type { Runtime } from '../runtime.ts';
import { Secret } from '../secret.ts';
import { emptySecrets } from '../settings/environment.ts';
import type { IndexSettings } from '../settings/settings.ts';
import type { Terminal } from '../terminal/terminal.ts';

export interface CommandContext {
  readonly runtime: Runtime;
  readonly terminal: Terminal;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

export function resolveIndex({ repository, checkUrl }: IndexSettings): PackageIndex {
  if (repository.kind === 'url') return indexAtUrl(repository.url, { simpleUrl: checkUrl });
  return namedIndex(repository.name);
}

/** A client for every request of a run; close it at the end. */
export async function openHttp({ runtime, terminal }: CommandContext, settings: IndexSettings): Promise<HttpClient> {
  const { caFiles, proxies, noProgressMs } = settings;
  const certificates = await Promise.all(caFiles.map((path) => readCertificates(resolve(runtime.cwd, path))));
  return createHttpClient({
    userAgent: `pypi-oidc/${manifest.version} node/${process.versions.node}`,
    timeouts: { ...defaultTimeouts, noProgressMs },
    extraCertificates: certificates.length === 0 ? undefined : certificates.join('\n'),
    proxies,
    onRequest: (message) => terminal.report({ kind: 'detail', message }),
  });
}

/** The credentials that were named on the command line, and those of the environment. */
export async function findStoredCredentials(
  { runtime, terminal }: CommandContext,
  { tokenFile, environmentCredentials }: IndexSettings,
): Promise<{ given: StoredCredentials | undefined; environment: StoredCredentials | undefined }> {
  for (const name of emptySecrets(runtime.env)) {
    terminal.report({
      kind: 'note',
      severity: 'warning',
      message: `\`${name}\` is set but empty: it counts as unset.`,
    });
  }
  const environment =
    environmentCredentials === undefined
      ? undefined
      : {
          source: environmentCredentials.source,
          credentials: { username: environmentCredentials.username, password: environmentCredentials.password },
        };
  let given: StoredCredentials | undefined;
  if (tokenFile !== undefined) {
    const text = (await readText(resolve(runtime.cwd, tokenFile), '--token-file')).trim();
    if (text === '') {
      throw new UsageError('SETTINGS_INVALID', {
        message: `The file of \`--token-file\` is empty: ${tokenFile}`,
        hint: 'Write the API token into it, or leave the flag out to use trusted publishing.',
      });
    }
    given = { source: '`--token-file`', credentials: { username: '__token__', password: new Secret(text) } };
  }
  for (const found of [given, environment]) if (found !== undefined) terminal.mask(found.credentials.password);
  return { given, environment };
}

async function readCertificates(path: string): Promise<string> {
  const text = await readText(path, '--ca-cert');
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new UsageError('FILE_UNREADABLE', {
    message: `The file of \`--ca-cert\` holds no certificate: ${path}`,
    hint: 'It must be in PEM format, with lines `-----BEGIN CERTIFICATE-----` (also when it is named by `SSL_CERT_FILE` or `REQUESTS_CA_BUNDLE`).',
  });
}

async function readText(path: string, flag: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new UsageError('FILE_UNREADABLE', {
      message: `The file of \`${flag}\` cannot be read: ${path}`,
      hint: 'Check the path (for certificates also `SSL_CERT_FILE` and `REQUESTS_CA_BUNDLE`) and the permissions.',
    });
  }
}
