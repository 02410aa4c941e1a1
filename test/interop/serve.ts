/** The `serve` command as a child process. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { cleanEnvironment, programPath } from './program.ts';

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
  /** Interrupt it, as Ctrl-C does; gives its exit code. */
  stop(): Promise<number | null>;
}

/** @param environmentFile path for the variables of the simulated job */
export async function startServe(environmentFile: string): Promise<Serving> {
  const args = [programPath, 'serve', '--port', '0', '--write-env', environmentFile, '--json'];
  const child = spawn(process.execPath, args, { env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'close').then(([exitCode]) => exitCode as number | null);
  const document = await readDocument(child.stdout);
  return {
    document: document as Serving['document'],
    job: parseEnvironment(await readFile(environmentFile, 'utf8')),
    stop: async () => {
      child.kill('SIGINT');
      return await ended;
    },
  };
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
