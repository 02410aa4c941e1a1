/** Every recorded case of token exchange, of upload sequences and of single distributions, replayed over HTTP. */

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { casesOf } from './replay-tables.ts';

const folder = join(import.meta.dirname, '..', 'conformance');

for (const table of ['mint', 'sequences'] as const) {
  const cases = casesOf(table, folder);

  describe(`recorded answers, ${table}`, () => {
    test('the table has cases', () => {
      expect(cases.length).toBeGreaterThan(0);
    });

    test.each(cases.map((item) => [item.id, item] as const))('%s', async (_id, item) => {
      expect((await item.run()).differences).toEqual([]);
    });
  });
}
