import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { forEachOf } from '../support/concurrency.ts';
import { buildWheel, temporaryDirectory } from '../support/distributions.ts';
import { startServing, uploadClient } from '../support/serving.ts';

const numbers = Array.from({ length: 50 }, (_, number) => number);

test('what was answered 200 survives a kill -9 in the middle of fifty uploads, and nothing is there in half', async () => {
  const directory = await temporaryDirectory();
  const paths = await Promise.all(
    numbers.map((number) =>
      buildWheel({
        directory,
        filename: `demo-1.${number}-py3-none-any.whl`,
        members: { 'demo.py': `number = ${number}\n`.repeat(20_000) },
      }),
    ),
  );
  const first = await startServing(['--dir', 'index'], directory);
  const client = await uploadClient(first);
  const accepted: string[] = [];
  let killed = false;
  await forEachOf(paths, 8, async (path) => {
    const answer = await client.send(path);
    if (answer !== 'lost' && answer.kind === 'accepted') accepted.push(path);
    if (accepted.length >= 15 && !killed) {
      killed = true;
      first.process.kill('SIGKILL');
    }
  });
  await client.close();
  await first.ended;
  expect(accepted.length).toBeGreaterThanOrEqual(15);
  expect(accepted.length).toBeLessThan(50);

  const again = await startServing(['--dir', 'index'], directory);
  try {
    const page = await fetch(`${again.simpleUrl}demo/`, { headers: { accept: 'application/vnd.pypi.simple.v1+json' } });
    const { files } = (await page.json()) as { files: { filename: string; url: string; hashes: { sha256: string } }[] };
    const listed = new Map(files.map((file) => [file.filename, file]));
    for (const path of accepted) expect([...listed.keys()]).toContain(path.slice(directory.length + 1));
    // Whatever is listed, answered or not, is whole.
    for (const { filename, url, hashes } of files) {
      const served = Buffer.from(await (await fetch(new URL(url, page.url))).arrayBuffer());
      expect(served.equals(await readFile(join(directory, filename)))).toBe(true);
      expect(createHash('sha256').update(served).digest('hex')).toBe(hashes.sha256);
    }
    expect(await readdir(join(directory, 'index', 'incoming'))).toEqual([]);
    // The rest can be uploaded, and what is there again.
    const second = await uploadClient(again);
    for (const path of paths.slice(0, 20)) expect(await second.send(path)).toMatchObject({ kind: 'accepted' });
    await second.close();
  } finally {
    again.process.kill('SIGTERM');
    await again.ended;
  }
});
