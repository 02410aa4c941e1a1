/** A real browser for the pages of the embedded index: Debian's Chromium, without a window. */

import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const usualPath = '/usr/bin/chromium';
const options = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Start it with a profile of its own.
 * @throws {Error} when there is none: the program in the variable `CHROMIUM`, else the usual path.
 */
export async function startChromium(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM'] ?? usualPath;
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no Chromium at ${executablePath}: install it (Debian: apt-get install chromium), or name it in CHROMIUM.`,
    );
  }
  return await chromium.launch({ executablePath, args: options });
}
