/** Python programs in the virtual environment; above all pip. */

import { execFile } from 'node:child_process';
import { devNull } from 'node:os';
import { promisify } from 'node:util';
import { pythonProgram } from './folders.ts';
import type { Platform, RealDistribution } from './real-distributions.ts';

const maximumOutputBytes = 64 * 1024 * 1024;

/** Nothing of this machine: for programs that talk to an embedded index, or to nobody. */
export const bareEnvironment: Readonly<Record<string, string>> = {
  PIP_CONFIG_FILE: devNull,
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
  PIP_NO_CACHE_DIR: '1',
  PIP_NO_INPUT: '1',
};

/**
 * Run the interpreter; gives its stdout.
 * @throws {Error} with stderr in its message when it does not end with 0.
 */
export async function runPython(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await promisify(execFile)(pythonProgram, [...args], {
    env: environment,
    maxBuffer: maximumOutputBytes,
  });
  return stdout;
}

/**
 * Download exactly this distribution into a folder.
 * @param options further options of `pip download`, as the index to ask.
 */
export async function pipDownload(
  { project, version, kind, platform }: RealDistribution,
  folder: string,
  environment: NodeJS.ProcessEnv,
  options: readonly string[] = [],
): Promise<void> {
  const selection =
    kind === 'sdist'
      ? // pip builds metadata of what it downloads; with the backends of the virtual environment, not with the newest.
        ['--no-binary', ':all:', '--no-build-isolation']
      : ['--only-binary', ':all:', ...targetOptions(platform)];
  await runPython(
    ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', folder, ...selection, ...options].concat(
      `${project}==${version}`,
    ),
    environment,
  );
}

/** The same wheel on every machine: a CPython 3.11 of the given platform. */
function targetOptions(platform: Platform): readonly string[] {
  return [
    ...['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311', '--abi', 'abi3', '--abi', 'none'],
    ...platformTags[platform].flatMap((tag) => ['--platform', tag]),
  ];
}

const platformTags = {
  linux: [
    'manylinux_2_28_x86_64',
    'manylinux_2_27_x86_64',
    'manylinux_2_17_x86_64',
    'manylinux2014_x86_64',
    'manylinux_2_12_x86_64',
    'manylinux2010_x86_64',
    'manylinux1_x86_64',
  ],
  musl: ['musllinux_1_2_x86_64'],
  macos: ['macosx_11_0_arm64'],
  windows: ['win_amd64'],
} as const satisfies Record<Platform, readonly string[]>;
