/** The built program as a child process that knows nothing of this machine. */

import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { interopFolder } from './folders.ts';

export const programPath = fileURLToPath(new URL('../../bin/pypi-oidc.cjs', import.meta.url));

export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An empty home, and the variables of a simulated job: nothing else. */
export function cleanEnvironment(job: Readonly<Record<string, string>> = {}): Record<string, string> {
  const home = join(interopFolder, 'home');
  mkdirSync(home, { recursive: true });
  return { HOME: home, TMPDIR: tmpdir(), ...job };
}

/** Run the program to its end. */
export function runProgram(args: readonly string[], environment: Record<string, string>): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const options = { env: environment, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, [programPath, ...args], options, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : error.code;
      if (typeof exitCode === 'number') resolve({ exitCode, stdout, stderr });
      else reject(error);
    });
  });
}

/** What `upload --json` prints, as far as these tests look at it. */
export interface UploadDocument {
  readonly ok: boolean;
  readonly files: ReadonlyArray<{
    readonly filename: string;
    readonly sha256: string;
    readonly outcome: string;
    readonly status?: number;
    readonly explanation?: string;
  }>;
  readonly findings: ReadonlyArray<{ readonly code: string; readonly severity: string; readonly file: string }>;
}
