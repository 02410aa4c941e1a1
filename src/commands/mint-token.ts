/** `mint-token`: a short-lived API token for another tool, on stdout and nowhere else. */

import { askAudience, requireProvider } from '../credentials/authentication.ts';
import { mint } from '../credentials/trusted-publishing.ts';
import { UsageError } from '../errors.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type IndexFlags, indexSettings } from '../settings/settings.ts';
import { type CommandContext, openHttp, resolveIndex } from './context.ts';
import { summaryOf } from './upload.ts';

export interface MintTokenFlags extends IndexFlags {
  /** Print even on a terminal. */
  readonly force?: boolean;
}

export async function mintToken(flags: MintTokenFlags, context: CommandContext): Promise<ExitCode> {
  const { runtime, terminal } = context;
  if (terminal.printsToScreen && flags.force !== true) {
    throw new UsageError('USAGE_INVALID', {
      message: 'The token would be shown on the screen.',
      hint: 'Take it into a variable, as in `TOKEN="$(pypi-oidc mint-token)"`, or show it all the same with `--force`.',
    });
  }
  const settings = indexSettings(flags, runtime.env);
  const index = resolveIndex(settings);
  const http = await openHttp(context, settings);
  try {
    const authentication = { http, runtime, reporter: terminal };
    const provider = requireProvider(authentication);
    const audience = await askAudience(authentication, index);
    const minted = await mint(authentication, { index, provider, audience, projects: [] });
    const lifeSeconds = Math.round((minted.expiresAtMs - runtime.now()) / 1000);
    terminal.report({ kind: 'minted', index: index.title, lifeSeconds, renewal: false });
    terminal.result(
      { kind: 'minted-token', token: minted.token, index: summaryOf(index), expiresAtMs: minted.expiresAtMs },
      true,
    );
    return exitCodes.done;
  } finally {
    await http.close();
  }
}
