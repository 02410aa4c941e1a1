/** Steps that `check`, `upload` and `rehearse` share: which files are meant, what is in them, what is wrong with them. */

import { checkDistribution, unreadableFinding } from '../checks/checks.ts';
import type { Finding } from '../checks/finding.ts';
import { discoverDistributions } from '../distributions/discover.ts';
import { type Distribution, readDistribution } from '../distributions/distribution.ts';
import { DistributionError } from '../distributions/distribution-error.ts';
import type { IgnoredFile } from '../terminal/result.ts';

/** The files that the arguments name; without arguments those of `dist/`. */
export async function discoverFiles(
  patterns: readonly string[],
  cwd: string,
): Promise<{ paths: readonly string[]; ignored: readonly IgnoredFile[] }> {
  const { files, ignored } = await discoverDistributions(patterns.length === 0 ? ['dist/*'] : patterns, cwd);
  return { paths: files, ignored };
}

export interface ReadDistributions {
  readonly distributions: readonly Distribution[];
  /** By path, in the order of the files; every file has an entry. */
  readonly findings: ReadonlyMap<string, readonly Finding[]>;
}

/**
 * Read every file and, unless `check` is false, apply all local checks. One file after the other: reading is bound by
 * the processor.
 */
export async function readDistributions(paths: readonly string[], check: boolean): Promise<ReadDistributions> {
  const distributions: Distribution[] = [];
  const findings = new Map<string, readonly Finding[]>();
  for (const path of paths) {
    try {
      const distribution = await readDistribution(path);
      distributions.push(distribution);
      findings.set(path, check ? checkDistribution(distribution) : []);
    } catch (error) {
      if (!(error instanceof DistributionError)) throw error;
      findings.set(path, [unreadableFinding(error)]);
    }
  }
  return { distributions, findings };
}
