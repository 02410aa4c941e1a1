#!/usr/bin/env node
'use strict';

// Fast path: the version needs nothing but package.json (and not even process.stdout, which is slow to set up).
const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  require('node:fs').writeSync(1, `${require('../package.json').version}\n`);
} else {
  require('../dist/cli.cjs').main(args);
}
