/** Every recorded case of token exchange and of upload sequences, replayed over HTTP. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type RecordedCase, type RecordedFile, Replay } from './replay.ts';

const folder = join(import.meta.dirname, '..', 'conformance');

interface Table {
  readonly cases: readonly RecordedCase[];
  readonly files?: Readonly<Record<string, RecordedFile>>;
}

/** Cases in which the index means to differ from the recorded server. */
const deviations: Readonly<Record<string, string>> = {
  'mint-burn-token-path': 'the recorded version had no burn endpoint yet',
};

for (const name of ['mint.json', 'upload-sequences.json']) {
  const table = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Table;

  describe(`recorded answers in ${name}`, () => {
    test('the table has cases', () => {
      expect(table.cases.length).toBeGreaterThan(0);
    });

    test.each(table.cases.map((recorded) => [recorded.id, recorded] as const))('%s', async (id, recorded) => {
      const differences = await new Replay(recorded, folder, table.files).run();
      if (id in deviations) {
        expect(differences).not.toEqual([]);
      } else {
        expect(differences).toEqual([]);
      }
    });
  });
}
