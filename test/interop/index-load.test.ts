/** The embedded index under load: many clients at once, small and large files, flat memory, every byte kept. */

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { digestFile } from '../../src/distributions/digests.ts';
import { forEachOf } from '../support/concurrency.ts';
import { buildWheel, temporaryDirectory } from '../support/distributions.ts';
import { startServing, uploadClient } from '../support/serving.ts';

const clients = 16;

/** Resident memory of a process in MB (Linux). */
async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

test('1,000 small files and 20 of 50 MB by 16 clients at once', async () => {
  const directory = await temporaryDirectory();
  const serving = await startServing(['--dir', 'index'], directory);
  const sent = new Map<string, string>();
  const memory: string[] = [];
  const remember = async (when: string): Promise<number> => {
    const megabytes = await residentMb(serving.process.pid);
    memory.push(`${when} ${megabytes.toFixed(0)} MB`);
    return megabytes;
  };
  try {
    const client = await uploadClient(serving);
    const upload = async (path: string): Promise<void> => {
      sent.set(basename(path), (await digestFile(path)).sha256);
      expect(await client.send(path)).toMatchObject({ kind: 'accepted' });
    };
    const numbers = Array.from({ length: 1_000 }, (_, number) => number);
    const small = async (number: number): Promise<void> => {
      const filename = `small-1.${number}-py3-none-any.whl`;
      await upload(await buildWheel({ directory, filename, members: { 'small.txt': String(number) } }));
    };
    await forEachOf(numbers.slice(0, 200), clients, small);
    const early = await remember('after 200 small files');
    await forEachOf(numbers.slice(200), clients, small);
    await remember('after 1,000 small files');
    const large = await Promise.all(
      numbers.slice(0, 20).map(async (number) => {
        const members = { 'large.bin': randomBytes(50 * 1024 * 1024) };
        return buildWheel({ directory, filename: `large-1.${number}-py3-none-any.whl`, members });
      }),
    );
    await forEachOf(large, clients, upload);
    const late = await remember('after 20 of 50 MB');
    await client.close();
    process.stdout.write(`Embedded index: ${memory.join(', ')}\n`);
    expect(late - early).toBeLessThan(80);

    for (const project of ['small', 'large']) {
      const page = await fetch(`${serving.simpleUrl}${project}/`, {
        headers: { accept: 'application/vnd.pypi.simple.v1+json' },
      });
      const { files } = (await page.json()) as { files: { filename: string; hashes: { sha256: string } }[] };
      for (const { filename, hashes } of files) {
        expect(hashes.sha256).toBe(sent.get(filename));
        // As stored on disk, not only as listed.
        expect((await digestFile(`${directory}/index/files/${hashes.sha256}`)).sha256).toBe(hashes.sha256);
        sent.delete(filename);
      }
    }
    expect([...sent.keys()]).toEqual([]);
  } finally {
    serving.process.kill('SIGTERM');
    await serving.ended;
  }
});
