/** A large wheel is streamed: uploading it takes hardly more memory than uploading a small one. */

import { expect, test } from 'vitest';
import { startLocalIndex } from '../../src/local-index/server.ts';
import { pathOf, scriptPath } from './folders.ts';
import { runPython } from './pip.ts';
import { cleanEnvironment, programPath } from './program.ts';
import { openIndex } from './publishing.ts';
import { largeWheel, realDistribution, smallWheel } from './real-distributions.ts';
import { writeReportPart } from './report.ts';

const runs = 5;
const allowedBytes = 15_000_000;

test(`the large wheel takes at most ${allowedBytes / 1e6} MB more than the small one`, async () => {
  const small: number[] = [];
  const large: number[] = [];
  // In turns, so that whatever else the machine does meets both.
  for (let run = 0; run < runs; run += 1) {
    small.push(await peakBytesOfUpload(smallWheel));
    large.push(await peakBytesOfUpload(largeWheel));
  }
  const difference = median(large) - median(small);
  await writeReportPart('3-memory', `Peak memory of \`upload\`, median of ${runs} runs`, [
    `${smallWheel}: ${megabytes(median(small))} (${small.map(megabytes).join(', ')})`,
    `${largeWheel}: ${megabytes(median(large))} (${large.map(megabytes).join(', ')})`,
    `difference: ${megabytes(difference)}; at most ${megabytes(allowedBytes)} are allowed`,
  ]);
  expect(difference).toBeLessThanOrEqual(allowedBytes);
});

/** One upload to an index of its own: max RSS of the process. */
async function peakBytesOfUpload(filename: string): Promise<number> {
  const index = await startLocalIndex(openIndex);
  try {
    const path = pathOf(realDistribution(filename));
    const command = [process.execPath, programPath, 'upload', '--repository-url', index.uploadUrl, path];
    const environment = cleanEnvironment(index.gitHubEnvironment());
    const output = await runPython([scriptPath('peak_memory.py'), ...command], environment);
    const { exitCode, peakBytes } = JSON.parse(output) as { exitCode: number; peakBytes: number };
    expect(exitCode).toBe(0);
    expect(index.requests.filter(({ upload }) => upload?.filename === filename)).toHaveLength(1);
    return peakBytes;
  } finally {
    await index.close();
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
