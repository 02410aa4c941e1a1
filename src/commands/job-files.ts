/** What `serve` writes for other shells: the variables of the simulated job, certificates to trust, agent programs. */

import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type CiName, ciNames } from '../local-index/jobs/platforms.ts';
import { type StandIn, standInFor } from '../local-index/jobs/stand-ins.ts';
import { environmentValue, type Environment as ProcessEnvironment } from '../runtime.ts';

export interface JobFiles {
  /** All variables but `PATH`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Directory of programs that must come first in `PATH`. */
  readonly pathDirectory: string | undefined;
  /** PEM file of the index's certificate authority. */
  readonly certificateAuthority: string | undefined;
}

/** The variable by which tools recognise each platform; Google Cloud has none. */
const markers: Readonly<Partial<Record<CiName, string>>> = {
  github: 'GITHUB_ACTIONS',
  gitlab: 'GITLAB_CI',
  circleci: 'CIRCLECI',
  buildkite: 'BUILDKITE',
};

/** @throws {Error} when the directory cannot be written to */
export async function writeJobFiles({
  openDirectory,
  ci,
  job,
  certificateAuthority,
  env,
}: {
  /** Where to write; asked for only when there is something to write. */
  readonly openDirectory: () => Promise<string>;
  readonly ci: CiName;
  /** Variables of the simulated job itself. */
  readonly job: Readonly<Record<string, string>>;
  /** PEM, with TLS. */
  readonly certificateAuthority: string | undefined;
  /** The environment of this process, for what it trusts. */
  readonly env: ProcessEnvironment;
}): Promise<JobFiles> {
  // A shell that runs in a CI job already must stop looking like that one.
  const others = ciNames.flatMap((name) => (name === ci ? [] : (markers[name] ?? []))).map((name) => [name, '']);
  const standIn = standInFor(ci);
  const certificates =
    certificateAuthority === undefined
      ? undefined
      : await writeCertificates(await openDirectory(), certificateAuthority, env);
  return {
    environment: { ...Object.fromEntries(others), ...job, ...certificates?.variables },
    pathDirectory: standIn === undefined ? undefined : await writeStandIn(await openDirectory(), standIn),
    certificateAuthority: certificates?.authorityFile,
  };
}

/**
 * Variables that make tools trust the index. Most of them replace what is trusted otherwise: hence a second file that
 * holds that, too.
 */
async function writeCertificates(
  directory: string,
  authority: string,
  env: ProcessEnvironment,
): Promise<{ readonly authorityFile: string; readonly variables: Readonly<Record<string, string>> }> {
  const { rootCertificates } = await import('node:tls');
  await mkdir(directory, { recursive: true });
  const authorityFile = join(directory, 'ca.pem');
  await writeFile(authorityFile, authority);
  const trustedNow = environmentValue(env, 'SSL_CERT_FILE');
  const before =
    trustedNow === undefined ? undefined : await readFile(trustedNow, 'utf8').catch((): undefined => undefined);
  const bundle = join(directory, 'ca-bundle.pem');
  await writeFile(bundle, `${authority}${before ?? `${rootCertificates.join('\n')}\n`}`);
  const variables = {
    // OpenSSL and with it Python; uv; our own program.
    SSL_CERT_FILE: bundle,
    // Python's requests and with it twine.
    REQUESTS_CA_BUNDLE: bundle,
    CURL_CA_BUNDLE: bundle,
    PIP_CERT: bundle,
    NODE_EXTRA_CA_CERTS: bundle,
  };
  return { authorityFile, variables };
}

/** Gives the directory that the program is in. */
async function writeStandIn(directory: string, standIn: StandIn): Promise<string> {
  const programs = join(directory, 'bin');
  await mkdir(programs, { recursive: true });
  const script = join(programs, `${standIn.command}.cjs`);
  await writeFile(script, standIn.source);
  const shell = join(programs, standIn.command);
  await writeFile(shell, `#!/bin/sh\nexec ${shellQuoted(process.execPath)} ${shellQuoted(script)} "$@"\n`);
  await chmod(shell, 0o755);
  if (process.platform === 'win32') {
    await writeFile(`${shell}.cmd`, `@"${process.execPath}" "${script}" %*\r\n`);
  }
  return programs;
}

/** Readable by its owner only: it holds the (simulated) right to ask for identity tokens. */
export async function writeEnvironmentFile(path: string, { environment, pathDirectory }: JobFiles): Promise<void> {
  const lines = Object.entries(environment).map(([name, value]) => `${name}=${shellQuoted(value)}\n`);
  if (pathDirectory !== undefined) lines.push(`PATH=${shellQuoted(pathDirectory)}${delimiter}"$PATH"\n`);
  await writeFile(path, '', { mode: 0o600 });
  // One that was there before keeps its mode otherwise.
  await chmod(path, 0o600);
  await writeFile(path, lines.join(''));
}

/** As it is where no shell takes offence, so that other readers of such files are served too. */
function shellQuoted(value: string): string {
  return /^[\w@%+=:,./?-]*$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
