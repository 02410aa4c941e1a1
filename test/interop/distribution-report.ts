/** The tables of the report: what became of each distribution, and where its form differs from twine's. */

import { statSync } from 'node:fs';
import { differenceReasons, expectedDifferences } from './expected-differences.ts';
import { pathOf } from './folders.ts';
import type { FieldDifference } from './form-difference.ts';
import type { Published, UploadRun } from './publishing.ts';
import { type RealDistribution, realDistributions } from './real-distributions.ts';
import { table, writeReportPart } from './report.ts';

export async function reportDistributions(published: Published): Promise<void> {
  const rows = realDistributions.map((distribution) => [
    distribution.kind,
    distribution.project,
    distribution.version,
    distribution.platform,
    distribution.backend,
    distribution.metadataVersion,
    String(statSync(pathOf(distribution)).size),
    verdict(distribution, published.runs.get(distribution.filename)),
  ]);
  const uploaded = rows.filter((row) => row.at(-1) === 'uploaded').length;
  await writeReportPart(
    '1-distributions',
    `Real distributions: ${rows.length}, ${uploaded} uploaded, ${rows.length - uploaded} refused`,
    table([['kind', 'project', 'version', 'platform', 'backend', 'metadata', 'bytes', 'verdict'], ...rows]),
  );
}

function verdict({ filename, expected }: RealDistribution, run: UploadRun | undefined): string {
  const outcome = run?.document.files.find((file) => file.filename === filename);
  if (outcome?.outcome === 'uploaded') return 'uploaded';
  const reason = expected === 'accepted' ? 'UNEXPECTED' : expected.reason;
  const codes = run?.document.findings.filter(({ severity }) => severity === 'error').map(({ code }) => code);
  const words = outcome?.outcome === 'refused' ? `index: ${outcome.status}` : `check: ${codes?.join(', ')}`;
  return `refused (${words}); ${reason}`;
}

/** @param differences by file name, of all files that were compared */
export async function reportDifferences(differences: ReadonlyMap<string, readonly FieldDifference[]>): Promise<void> {
  const rows = [...differences].flatMap(([filename, fields]) =>
    fields.map(({ field }) => {
      const reason = expectedDifferences[filename]?.[field];
      return [filename, field, reason === undefined ? 'UNEXPECTED' : differenceReasons[reason].text];
    }),
  );
  await writeReportPart(
    '2-form-fields',
    `Upload forms against twine's: ${differences.size} compared, ${rows.length} fields differ`,
    table(rows),
  );
}
