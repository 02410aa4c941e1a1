/**
 * Global set-up of the interop project: a virtual environment with pip and twine at fixed versions, and the real
 * distributions, both kept in `.interop/` for the next run. What cannot be had is an error: nothing is left out. When
 * all tests are done, prints what they reported.
 *
 * Needs Python 3.10 or later: the program in the variable `PYTHON`, else `python3`.
 */

import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fetchRealDistributions } from '../interop/fetch.ts';
import { interopFolder, requirementsFile, virtualEnvironment } from '../interop/folders.ts';
import { runPython } from '../interop/pip.ts';
import { clearReport, joinReport } from '../interop/report.ts';

const oldestPython = [3, 10] as const;

export async function setup(): Promise<void> {
  const environment = pythonEnvironment(process.env);
  await mkdir(interopFolder, { recursive: true });
  await clearReport();
  await makeVirtualEnvironment(process.env['PYTHON'] ?? 'python3', environment);
  await fetchRealDistributions(environment);
}

export async function teardown(): Promise<void> {
  process.stdout.write(`\n${await joinReport()}\n`);
}

/** Made anew when the requirements or the Python version are not those of last time. */
async function makeVirtualEnvironment(program: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const requirements = await readFile(requirementsFile, 'utf8');
  const version = await pythonVersion(program, environment);
  const wanted = `# Python ${version}\n${requirements}`;
  const installedFile = join(virtualEnvironment, 'installed.txt');
  const installed = await readFile(installedFile, 'utf8').catch(() => undefined);
  if (installed === wanted) return;
  await rm(virtualEnvironment, { recursive: true, force: true });
  await promisify(execFile)(program, ['-m', 'venv', virtualEnvironment], { env: environment });
  await runPython(['-m', 'pip', 'install', '--quiet', '--requirement', requirementsFile], environment);
  await writeFile(installedFile, wanted);
}

async function pythonVersion(program: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const script = 'import platform; print(platform.python_version())';
  const { stdout } = await promisify(execFile)(program, ['-c', script], { env: environment });
  const version = stdout.trim();
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major !== oldestPython[0] || minor < oldestPython[1]) {
    throw new Error(`The interop tests need Python ${oldestPython.join('.')} or later; \`${program}\` is ${version}.`);
  }
  return version;
}

/** How this machine reaches its index stays; what else would change pip's or Python's behaviour goes. */
function pythonEnvironment(all: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(all).filter(([name]) => keptPipVariables.has(name) || !/^(?:PIP|PYTHON|VIRTUAL_ENV)/.test(name)),
  );
}

const keptPipVariables = new Set([
  'PIP_INDEX_URL',
  'PIP_CERT',
  'PIP_CLIENT_CERT',
  'PIP_TRUSTED_HOST',
  'PIP_PROXY',
  'PIP_TIMEOUT',
  'PIP_DEFAULT_TIMEOUT',
  'PIP_RETRIES',
]);
