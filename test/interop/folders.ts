/** Where the suite keeps what is worth keeping between runs. */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RealDistribution } from './real-distributions.ts';

/** Ignored by git. */
export const interopFolder = fileURLToPath(new URL('../../.interop/', import.meta.url));
export const virtualEnvironment = join(interopFolder, 'venv');
export const requirementsFile = fileURLToPath(new URL('requirements.txt', import.meta.url));
export const pythonProgram = join(virtualEnvironment, 'bin', 'python');

const distributionsFolder = join(interopFolder, 'distributions');

/** Path of the downloaded file. */
export function pathOf({ filename }: Pick<RealDistribution, 'filename'>): string {
  return join(distributionsFolder, filename);
}

/** Path of a Python script of this folder. */
export function scriptPath(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
