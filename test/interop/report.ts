/** What a run found out, for people: each test file writes its part, the global tear-down prints all of them. */

import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { interopFolder } from './folders.ts';

const partsFolder = join(interopFolder, 'report');
const reportFile = join(interopFolder, 'report.txt');

export async function clearReport(): Promise<void> {
  await rm(partsFolder, { recursive: true, force: true });
  await mkdir(partsFolder, { recursive: true });
}

/** @param name orders the parts. */
export async function writeReportPart(name: string, title: string, lines: readonly string[]): Promise<void> {
  await writeFile(join(partsFolder, `${name}.txt`), `${title}\n\n${lines.map((line) => `  ${line}\n`).join('')}`);
}

/** All parts in order; also written to `.interop/report.txt`. */
export async function joinReport(): Promise<string> {
  const names = (await readdir(partsFolder)).toSorted();
  const parts = await Promise.all(names.map((name) => readFile(join(partsFolder, name), 'utf8')));
  const report = parts.join('\n');
  await writeFile(reportFile, report);
  return report;
}

/** Rows as lines, with the columns under each other. */
export function table(rows: ReadonlyArray<readonly string[]>): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
