/** Fetches the real distributions with pip, once: files that are there and have the right digest are kept. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { forEachOf } from '../support/concurrency.ts';
import { interopFolder, pathOf, scriptPath } from './folders.ts';
import { pipDownload } from './pip.ts';
import { type RealDistribution, realDistributions } from './real-distributions.ts';

const downloadsAtOnce = 4;

/**
 * Make every file of the list present.
 * @param environment for pip, with what it needs to reach an index.
 * @throws {Error} naming each file that could not be had, or that is not the one of the list.
 */
export async function fetchRealDistributions(environment: NodeJS.ProcessEnv): Promise<void> {
  const digests = await readDigests();
  const problems: string[] = [];
  await forEachOf(realDistributions, downloadsAtOnce, async (distribution) => {
    const wanted = digests.get(distribution.filename);
    if (wanted !== undefined && (await sha256Of(pathOf(distribution)).catch(() => undefined)) === wanted) return;
    try {
      await fetchOne(distribution, wanted, environment);
    } catch (error) {
      problems.push(`${distribution.filename}: ${error instanceof Error ? error.message : error}`);
    }
  });
  if (problems.length > 0) throw new Error(`Could not fetch all distributions:\n${problems.join('\n')}`);
}

async function fetchOne(
  distribution: RealDistribution,
  wanted: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const folder = await mkdtemp(join(interopFolder, 'incoming-'));
  try {
    await pipDownload(distribution, folder, environment);
    const received = await readdir(folder);
    if (received.join() !== distribution.filename) throw new Error(`pip fetched ${received.join(', ')}`);
    const path = join(folder, distribution.filename);
    const digest = await sha256Of(path);
    if (digest !== wanted) throw new Error(`its SHA-256 is ${digest}, the list says ${wanted}`);
    await mkdir(dirname(pathOf(distribution)), { recursive: true });
    await rename(path, pathOf(distribution));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** SHA-256 by file name, as pip verified them against PyPI when the list was made. */
export async function readDigests(): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(scriptPath('real-distributions.sha256'), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)] as const));
}

/** Lower-case hexadecimal. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
