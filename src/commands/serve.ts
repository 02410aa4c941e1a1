/** `serve`: run the embedded index until it is stopped, with everything another tool needs to publish to it. */

import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { parseFault } from '../local-index/fault.ts';
import { type Publisher, parsePublishers } from '../local-index/publishers.ts';
import { type LocalIndex, startLocalIndex } from '../local-index/server.ts';
import type { CommandContext } from './context.ts';

export interface ServeFlags {
  readonly port?: string;
  readonly dir?: string;
  readonly publishers?: string;
  readonly project?: readonly string[];
  readonly fault?: readonly string[];
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

/** The most that PyPI grants to a project, in MiB; its default is 100. */
export const highestFileLimitMib = 1024;

export async function serve(flags: ServeFlags, context: CommandContext): Promise<ExitCode> {
  const { terminal, runtime, signal } = context;
  const publishers = await configuredPublishers(flags, runtime.cwd);
  const index = await startLocalIndex({
    port: wholeNumber('--port', flags.port ?? '8417', 65_535),
    directory: flags.dir === undefined ? undefined : resolve(runtime.cwd, flags.dir),
    publishers: publishers ?? [simulatedPublisher],
    openProjects: publishers === undefined,
    fileLimitBytes:
      wholeNumber('--file-limit', flags.fileLimit ?? String(highestFileLimitMib), 1_000_000) * 1024 * 1024,
    faults: (flags.fault ?? []).map(parseFault),
    now: runtime.now,
    onRequest: ({ method, path, status }) => terminal.report({ kind: 'request', text: `${status}  ${method} ${path}` }),
  });
  try {
    const environment = index.gitHubEnvironment();
    const environmentFile = flags.writeEnv === undefined ? undefined : resolve(runtime.cwd, flags.writeEnv);
    if (environmentFile !== undefined) await writeEnvironmentFile(environmentFile, environment);
    terminal.result(
      {
        kind: 'serving',
        url: index.url,
        uploadUrl: index.uploadUrl,
        simpleUrl: index.simpleUrl,
        environment,
        environmentFile,
        projects: publishers?.flatMap(({ projects, pending }) => [...(projects ?? []), ...(pending ?? [])]),
        directory: flags.dir,
      },
      true,
    );
    await stopped(signal);
  } finally {
    await index.close();
  }
  terminal.report({ kind: 'note', severity: 'info', message: goodbye(index, flags) });
  return exitCodes.done;
}

/** Those of the file, and the simulated job for the named projects; `undefined` when nothing was named. */
async function configuredPublishers(
  { publishers, project }: ServeFlags,
  cwd: string,
): Promise<readonly Publisher[] | undefined> {
  const named = project ?? [];
  const fromFile =
    publishers === undefined ? [] : parsePublishers(await readPublishersFile(resolve(cwd, publishers)), publishers);
  if (publishers === undefined && named.length === 0) return undefined;
  return named.length === 0 ? fromFile : [...fromFile, { ...simulatedPublisher, projects: [...named], pending: [] }];
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

/** Readable by its owner only: it holds the (simulated) right to ask for identity tokens. */
async function writeEnvironmentFile(path: string, environment: Readonly<Record<string, string>>): Promise<void> {
  const text = Object.entries(environment).map(([name, value]) => `${name}=${shellQuoted(value)}\n`);
  await writeFile(path, text.join(''), { mode: 0o600 });
}

/** As it is where no shell takes offence, so that other readers of such files are served too. */
function shellQuoted(value: string): string {
  return /^[\w@%+=:,./?-]*$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
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
