/** The tables of recorded answers, and replaying all their cases. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RecordedCase, Replay } from './replay.ts';
import { type RecordedDistribution, replayDistribution } from './replay-distributions.ts';
import type { RecordedFile } from './replay-upload.ts';

export const tableNames = ['distributions', 'sequences', 'mint'] as const;
export type TableName = (typeof tableNames)[number];

export interface CaseResult {
  readonly id: string;
  readonly rule: string;
  /** Empty when the index agrees. */
  readonly differences: readonly string[];
  /** Where it means to differ, which counts as agreeing. */
  readonly notes: readonly string[];
  /** Of distributions: whether the message is the recorded one, too. */
  readonly hasSameMessage: boolean;
}

/** A case by name, ready to be replayed. */
export interface TableCase {
  readonly id: string;
  readonly run: () => Promise<CaseResult>;
}

const concurrency = 6;

/** The cases of a table in `folder`, laid out as `test/conformance/`. */
export function casesOf(table: TableName, folder: string): TableCase[] {
  if (table === 'distributions') {
    const { cases } = read<{ cases: RecordedDistribution[] }>(folder, 'distributions.json');
    return cases.map((recorded) => ({
      id: recorded.id,
      run: async () => {
        const { differences, hasSameMessage } = await replayDistribution(recorded, folder);
        const { found, notes } = differences;
        return { id: recorded.id, rule: recorded.rule, differences: found, notes, hasSameMessage };
      },
    }));
  }
  const name = table === 'mint' ? 'mint.json' : 'upload-sequences.json';
  const { cases, files } = read<{ cases: RecordedCase[]; files?: Record<string, RecordedFile> }>(folder, name);
  return cases.map((recorded) => ({
    id: recorded.id,
    run: async () => {
      const { found, notes } = await new Replay(recorded, folder, files).run();
      return { id: recorded.id, rule: recorded.rule, differences: found, notes, hasSameMessage: true };
    },
  }));
}

/** Replay all cases of a table, several at a time; results in the order of the table. */
export async function replayTable(table: TableName, folder: string): Promise<CaseResult[]> {
  const cases = casesOf(table, folder);
  const results: CaseResult[] = [];
  let next = 0;
  const work = async () => {
    while (next < cases.length) {
      const position = next;
      next += 1;
      const result = await cases[position]?.run();
      if (result !== undefined) {
        results[position] = result;
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return results;
}

function read<Table>(folder: string, name: string): Table {
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as Table;
}
