/**
 * The command line: declares the commands and loads each on demand. The only file that knows argv. Kept light: `--help`
 * loads this file and commander, nothing else; what runs a command is in `run.ts`.
 */

import { fstatSync, writeSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { type ExitCode, exitCodes } from './exit-codes.ts';

/** Run the program; sets `process.exitCode` and lets the process end by itself. */
export async function main(args: readonly string[]): Promise<void> {
  let exitCode: ExitCode = exitCodes.done;
  const program = declareCommands((code) => {
    exitCode = code;
  });
  try {
    if (args.length === 0) {
      program.outputHelp({ error: true });
      exitCode = exitCodes.usage;
    } else {
      await program.parseAsync(args, { from: 'user' });
    }
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has printed its message by now; help and version end with 0.
    exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
  process.exitCode = exitCode;
}

function declareCommands(ended: (code: ExitCode) => void): Command {
  const program = new Command('pypi-oidc')
    .description('Publish Python distributions to PyPI from any CI job through Trusted Publishing: no stored secret.')
    .version(manifest.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .exitOverride()
    // Setting up process.stdout (and node:tty, node:net with it) costs more than the help itself.
    .configureOutput({
      writeOut: (text) => writeSync(1, text),
      getOutHelpWidth: () => (fstatSync(1).isCharacterDevice() ? process.stdout.columns : 80),
      getOutHasColors: () => false,
    })
    .showHelpAfterError('(`pypi-oidc --help` shows what there is.)')
    .addHelpText('after', examples);

  outputFlags(
    indexFlags(fileArguments(program.command('upload')))
      .description('check distributions and upload them')
      .option('--dry-run', 'everything but minting and uploading; prints the plan')
      .option(
        '--trusted-publishing <mode>',
        '`auto`, `always` or `never`: exchange the identity of this job for a token',
        'auto',
      )
      .option('--token-file <path>', 'upload with the API token in this file')
      .option('--retries <n>', 'more attempts for each file after failures that may pass', '5')
      .option('--fail-fast', 'stop at the first file that is not accepted')
      .option('--no-check', 'leave out the local checks')
      .option('--strict', 'treat warnings as errors'),
  ).action(async (files: string[], flags: object) => {
    const [{ run }, { upload }] = await Promise.all([import('./run.ts'), import('./commands/upload.ts')]);
    ended(await run('upload', flags, (context) => upload(files, flags, context)));
  });

  outputFlags(
    fileArguments(program.command('check'))
      .description('check distributions; no network at all')
      .option('--strict', 'treat warnings as errors'),
  ).action(async (files: string[], flags: object) => {
    const [{ run }, { check }] = await Promise.all([import('./run.ts'), import('./commands/check.ts')]);
    ended(await run('check', flags, (context) => check(files, flags, context)));
  });

  outputFlags(
    indexFlags(program.command('whoami'))
      .description('show the identity of this job, and what to enter on the index for it')
      .option('--all', 'show all claims')
      .option('--audience <audience>', 'ask for a token made out to this audience, without asking the index'),
  ).action(async (flags: object) => {
    const [{ run }, { whoami }] = await Promise.all([import('./run.ts'), import('./commands/whoami.ts')]);
    ended(await run('whoami', flags, (context) => whoami(flags, context)));
  });

  outputFlags(
    indexFlags(program.command('mint-token'))
      .description('print a short-lived API token for another tool')
      .option('--force', 'print it even on a terminal'),
  ).action(async (flags: object) => {
    const [{ run }, { mintToken }] = await Promise.all([import('./run.ts'), import('./commands/mint-token.ts')]);
    ended(await run('mint-token', flags, (context) => mintToken(flags, context)));
  });

  outputFlags(
    fileArguments(program.command('rehearse')).description('the whole of `upload` here, against an embedded index'),
  )
    .addHelpText('after', '\nWithout files a small sample is built and published. Needs no account and no\ninternet.')
    .action(async (files: string[], flags: object) => {
      const [{ run }, { rehearse }] = await Promise.all([import('./run.ts'), import('./commands/rehearse.ts')]);
      ended(await run('rehearse', flags, (context) => rehearse(files, context)));
    });

  outputFlags(
    program
      .command('serve')
      .description('run the embedded index for other tools, with a simulated CI identity')
      .option('--port <n>', 'port on 127.0.0.1; 0 for a free one', '8417')
      .option('--dir <path>', 'keep files and state in this directory')
      .option('--project <name...>', 'projects that the simulated job may publish (default: any)')
      .option('--publishers <file>', 'JSON file with the trusted publishers')
      .option('--ci <name>', 'the job to simulate: `github`, `gitlab`, `google`, `circleci` or `buildkite`', 'github')
      .option('--tls', 'serve https, with a certificate authority made for this run')
      // Not `--env-file`: Node 20 takes that for its own, even after the script's name.
      .option('--write-env <path>', 'write the variables of the simulated job to this file')
      .option('--file-limit <MiB>', 'largest file; PyPI takes 100 by default, and grants up to 1024', '1024')
      .option('--fault <fault...>', 'misbehave on purpose, as in `upload:status=503:times=2`'),
  ).action(async (flags: object) => {
    const [{ run }, { serve }] = await Promise.all([import('./run.ts'), import('./commands/serve.ts')]);
    ended(await run('serve', flags, (context) => serve(flags, context)));
  });

  return program;
}

function fileArguments(command: Command): Command {
  return command.argument('[files...]', 'wheels and sdists, or patterns (default: dist/*)');
}

function indexFlags(command: Command): Command {
  return command
    .option('-r, --repository <name>', 'the index: `pypi` or `testpypi` (default: pypi)')
    .option('--repository-url <url>', 'upload address of any other index; wins over `--repository`')
    .option('--check-url <url>', 'its simple index, to see what exists')
    .option('--timeout <seconds>', 'longest silence of the network', '60')
    .option('--ca-cert <file>', 'certificate authorities (PEM) to trust as well');
}

function outputFlags(command: Command): Command {
  return command
    .option('--json', 'print one JSON document on stdout')
    .option('-v, --verbose', 'tell of every request')
    .option('-q, --quiet', 'tell of problems only')
    .option('--no-progress', 'no spinners')
    .option('--no-color', 'no colour');
}

const examples = `
Examples:
  pypi-oidc upload                   publish dist/* as this CI job's publisher
  pypi-oidc upload -r testpypi       the same on TestPyPI
  pypi-oidc upload --dry-run         what would be sent; mints nothing
  pypi-oidc whoami                   what to enter on PyPI for this job
  pypi-oidc rehearse                 try the whole flow here, without an account

Exit codes:
  0 done             3 no identity     6 some files uploaded, some not
  1 upload failed    4 mint refused    130 interrupted
  2 usage            5 check failed`;
