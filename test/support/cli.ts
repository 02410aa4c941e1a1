/** Running the built program as its users do: as a process, with an environment that holds nothing but what is given. */

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const binary = fileURLToPath(new URL('../../bin/pypi-oidc.cjs', import.meta.url));

export interface RunOptions {
  /** The whole environment, but for what a process needs to start. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Called as soon as the process runs; for sending signals. */
  readonly onStart?: (process: RunningProcess) => void;
}

export interface RunningProcess {
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when stderr holds the text. */
  untilStderr(text: string): Promise<void>;
  untilStdout(text: string): Promise<void>;
  outputSoFar(): { readonly stdout: string; readonly stderr: string };
}

export interface RunResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Run the program to its end. */
export function runCli(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [binary, ...args], {
      cwd: options.cwd,
      env: { ...minimalEnvironment(), ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { stdout: '', stderr: '' };
    const waiting: { stream: 'stdout' | 'stderr'; text: string; done: () => void }[] = [];
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        output[stream] += text;
        for (const wait of waiting) if (output[wait.stream].includes(wait.text)) wait.done();
      });
    }
    const until = (stream: 'stdout' | 'stderr', text: string): Promise<void> =>
      new Promise((done) => {
        waiting.push({ stream, text, done });
        if (output[stream].includes(text)) done();
      });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, ...output }));
    options.onStart?.({
      pid: child.pid ?? 0,
      kill: (signal) => child.kill(signal),
      untilStderr: (text) => until('stderr', text),
      untilStdout: (text) => until('stdout', text),
      outputSoFar: () => ({ ...output }),
    });
  });
}

/** What Node itself may need on this system; no CI marker, no proxy, no certificate, no token. */
function minimalEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SYSTEMROOT', 'USERPROFILE'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

/** Output with everything that differs between runs replaced: ports, durations, sizes of archives, the version. */
export function normalized(text: string): string {
  return text
    .replace(/^::add-mask::.*\n/gm, '')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replaceAll(/\b\d+ ms\b/g, 'N ms')
    .replaceAll(/\b\d+\.\d s\b/g, 'N s')
    .replaceAll(/\b\d+(\.\d)? (k?B)\b/g, 'N $2')
    .replaceAll(/[0-9a-f]{64}/g, 'SHA256')
    .replaceAll(/[0-9a-f]{16}…/g, 'SHA256…');
}
