/** `serve`: run the embedded index until it is stopped, with everything another tool needs to publish to it. */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { parseFault } from '../local-index/fault-syntax.ts';
import { type CiName, ciNames } from '../local-index/jobs/platforms.ts';
import { type Publisher, parsePublishers } from '../local-index/publishers.ts';
import { type LocalIndex, startLocalIndex } from '../local-index/server.ts';
import { Secret } from '../secret.ts';
import type { CommandContext } from './context.ts';
import { type JobFiles, writeEnvironmentFile, writeJobFiles } from './job-files.ts';

export interface ServeFlags {
  readonly port?: string;
  readonly dir?: string;
  readonly publishers?: string;
  readonly project?: readonly string[];
  readonly fault?: readonly string[];
  readonly ci?: string;
  readonly tls?: boolean;
  readonly writeEnv?: string;
  readonly fileLimit?: string;
}

/** What the simulated job is, unless a publishers file says otherwise. */
export const simulatedPublisher = {
  provider: 'github',
  owner: 'octo',
  owner_id: '4242',
  repository: 'demo',
  workflow_filename: 'release.yml',
  environment: '',
} as const;

/** The publisher that the simulated job of a platform fits; PyPI accepts no job of the last two. */
const simulatedPublishers: Readonly<Record<CiName, Publisher>> = {
  github: simulatedPublisher,
  gitlab: { provider: 'gitlab', namespace: 'octo', project: 'demo', workflow_filepath: '.gitlab-ci.yml' },
  google: { provider: 'google', email: 'publisher@demo.iam.gserviceaccount.com' },
  circleci: simulatedPublisher,
  buildkite: simulatedPublisher,
};

/** The most that PyPI grants to a project, in MiB; its default is 100. */
export const highestFileLimitMib = 1024;

export async function serve(flags: ServeFlags, context: CommandContext): Promise<ExitCode> {
  const { terminal, runtime, signal } = context;
  const ci = platform(flags.ci ?? 'github');
  const publishers = await configuredPublishers(flags, ci, runtime.cwd);
  const index = await startLocalIndex({
    port: wholeNumber('--port', flags.port ?? '8417', 65_535),
    directory: flags.dir === undefined ? undefined : resolve(runtime.cwd, flags.dir),
    publishers: publishers ?? [simulatedPublishers[ci]],
    openProjects: publishers === undefined,
    fileLimitBytes:
      wholeNumber('--file-limit', flags.fileLimit ?? String(highestFileLimitMib), 1_000_000) * 1024 * 1024,
    faults: (flags.fault ?? []).map(parseFault),
    tls: flags.tls ?? false,
    now: runtime.now,
    onRequest: ({ method, path, status }) => terminal.report({ kind: 'request', text: `${status}  ${method} ${path}` }),
  });
  let temporary: string | undefined;
  try {
    const environmentFile = flags.writeEnv === undefined ? undefined : resolve(runtime.cwd, flags.writeEnv);
    const openDirectory = async (): Promise<string> => {
      if (environmentFile !== undefined) return `${environmentFile}.d`;
      temporary ??= await mkdtemp(join(tmpdir(), 'pypi-oidc-job-'));
      return temporary;
    };
    const { certificateAuthority } = index;
    const job = await index.jobEnvironment(ci);
    const files = await written(async () => {
      const all = await writeJobFiles({ openDirectory, ci, job, certificateAuthority, env: runtime.env });
      if (environmentFile !== undefined) await writeEnvironmentFile(environmentFile, all);
      return all;
    }, environmentFile);
    terminal.result(
      {
        kind: 'serving',
        url: index.url,
        uploadUrl: index.uploadUrl,
        simpleUrl: index.simpleUrl,
        ci,
        ...files,
        environment: withSecrets(files.environment),
        environmentFile,
        projects: publishers?.flatMap(({ projects, pending }) => [...(projects ?? []), ...(pending ?? [])]),
        directory: flags.dir,
      },
      true,
    );
    await stopped(signal);
  } finally {
    await index.close();
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  }
  terminal.report({ kind: 'note', severity: 'info', message: goodbye(index, flags) });
  return exitCodes.done;
}

async function written(write: () => Promise<JobFiles>, path: string | undefined): Promise<JobFiles> {
  try {
    return await write();
  } catch (cause) {
    throw new UsageError('SETTINGS_INVALID', {
      message: `The files of the simulated job cannot be written${path === undefined ? '' : `: ${path}`}`,
      hint: 'Give `--write-env` a path in a folder that exists and can be written to.',
      cause,
    });
  }
}

/** Tokens as secrets, so that the terminal knows that they are printed on purpose. */
function withSecrets(environment: Readonly<Record<string, string>>): Record<string, string | Secret> {
  const entries = Object.entries(environment);
  return Object.fromEntries(entries.map(([name, value]) => [name, /_TOKEN/.test(name) ? new Secret(value) : value]));
}

function platform(name: string): CiName {
  const known = ciNames.find((item) => item === name);
  if (known !== undefined) return known;
  throw new UsageError('SETTINGS_INVALID', {
    message: `\`--ci ${name}\` cannot be simulated.`,
    hint: `Choose one of ${ciNames.map((item) => `\`${item}\``).join(', ')}.`,
  });
}

/** Those of the file, and the simulated job for the named projects; `undefined` when nothing was named. */
async function configuredPublishers(
  { publishers, project }: ServeFlags,
  ci: CiName,
  cwd: string,
): Promise<readonly Publisher[] | undefined> {
  const named = project ?? [];
  const fromFile =
    publishers === undefined ? [] : parsePublishers(await readPublishersFile(resolve(cwd, publishers)), publishers);
  if (publishers === undefined && named.length === 0) return undefined;
  return named.length === 0
    ? fromFile
    : [...fromFile, { ...simulatedPublishers[ci], projects: [...named], pending: [] }];
}

async function readPublishersFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new UsageError('FILE_UNREADABLE', {
      message: `The file of \`--publishers\` cannot be read: ${path}`,
      hint: 'Check the path. `--project <name>` needs no file.',
    });
  }
}

function wholeNumber(flag: string, text: string, highest: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= highest) return number;
  throw new UsageError('SETTINGS_INVALID', {
    message: `\`${flag} ${text}\` cannot be used.`,
    hint: `Give a whole number from 0 to ${highest}.`,
  });
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function goodbye({ requests }: LocalIndex, { dir }: ServeFlags): string {
  const kept = dir === undefined ? 'What was uploaded is gone.' : `What was uploaded is kept in ${dir}.`;
  return `Stopped after ${requests.length} requests. ${kept}`;
}
