/** Global set-up of the projects that run the program: builds it once, so that no test meets a stale build. */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url));

export async function setup(): Promise<void> {
  await promisify(execFile)(process.execPath, [script]);
}
