/** The `serve` command as a child process. */

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pythonProgram, virtualEnvironment } from './folders.ts';
import { bareEnvironment } from './pip.ts';
import { cleanEnvironment, type Ended, programPath } from './program.ts';

export interface Serving {
  /** What it printed on stdout when it was ready. */
  readonly document: {
    readonly command: string;
    readonly ok: boolean;
    readonly url: string;
    readonly uploadUrl: string;
    readonly simpleUrl: string;
  };
  /** The variables in the file of `--write-env`. */
  readonly job: Readonly<Record<string, string>>;
  readonly environmentFile: string;
  /** Interrupt it, as Ctrl-C does; gives its exit code. */
  stop(): Promise<number | null>;
}

/**
 * @param environmentFile path for the variables of the simulated job
 * @param flags further flags of `serve`
 */
export async function startServe(environmentFile: string, flags: readonly string[] = []): Promise<Serving> {
  const args = [programPath, 'serve', '--port', '0', '--write-env', environmentFile, '--json', ...flags];
  const child = spawn(process.execPath, args, { env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'close').then(([exitCode]) => exitCode as number | null);
  const document = await readDocument(child.stdout);
  return {
    document: document as Serving['document'],
    job: parseEnvironment(await readFile(environmentFile, 'utf8')),
    environmentFile,
    stop: async () => {
      child.kill('SIGINT');
      return await ended;
    },
  };
}

/** Run a program of the virtual environment as a shell would that has read the file with the job's variables. */
export function runInJob({ environmentFile }: Serving, program: string, args: readonly string[]): Promise<Ended> {
  const script = 'set -a; . "$0"; set +a; exec "$@"';
  const env = {
    ...cleanEnvironment(),
    ...bareEnvironment,
    PATH: `${join(virtualEnvironment, 'bin')}:/usr/bin:/bin`,
    UV_NO_CACHE: '1',
    UV_PYTHON: pythonProgram,
  };
  return new Promise((resolve, reject) => {
    execFile('/bin/sh', ['-c', script, environmentFile, program, ...args], { env }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : error.code;
      if (typeof exitCode === 'number') resolve({ exitCode, stdout, stderr });
      else reject(error);
    });
  });
}

/** The first JSON document of a stream that stays open. */
async function readDocument(stream: Readable): Promise<unknown> {
  let text = '';
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    text += chunk.toString();
    if (text.endsWith('\n}\n')) return JSON.parse(text);
  }
  throw new Error(`\`serve\` ended after printing: ${text}`);
}

/** `NAME=value` lines; values that a shell could misread stand in single quotes. */
function parseEnvironment(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const [name = '', value = ''] = line.split(/=(.*)/s);
      return [name, value.replace(/^'(.*)'$/s, '$1').replaceAll("'\\''", "'")];
    }),
  );
}
