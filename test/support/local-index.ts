/** An embedded index for one test, stopped when the test is over. */

import { onTestFinished } from 'vitest';
import type { Publisher } from '../../src/local-index/publishers.ts';
import { type LocalIndex, type LocalIndexOptions, startLocalIndex } from '../../src/local-index/server.ts';

/** The publisher that fits the index's simulated GitHub job. */
export const gitHubPublisher = {
  provider: 'github',
  owner: 'octo',
  owner_id: '4242',
  repository: 'demo',
  workflow_filename: 'release.yml',
} as const satisfies Publisher;

/** An index with a trusted publisher for the given projects. */
export async function localIndexFor(
  projects: readonly string[],
  options: Partial<LocalIndexOptions> = {},
): Promise<LocalIndex> {
  const index = await startLocalIndex({
    now: Date.now,
    publishers: [{ ...gitHubPublisher, projects: [...projects] }],
    ...options,
  });
  onTestFinished(() => index.close());
  return index;
}

/** `POST /legacy/ 200`, one line for each request so far. */
export function requestLines(index: LocalIndex): readonly string[] {
  return index.requests.map(({ method, path, status }) => `${method} ${path} ${status}`);
}
