/** `whoami`: which identity this job has, and what a trusted publisher must say to match it. Never mints. */

import { askAudience, requireProvider } from '../credentials/authentication.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { HttpClient } from '../http/client.ts';
import { type Claims, readIdentityToken } from '../identity/claims.ts';
import { expectedPublisher, identityProblems, matchedClaims } from '../identity/trusted-publisher.ts';
import { followsPypiRules, type PackageIndex, publisherPages } from '../package-index/index-url.ts';
import { type IndexFlags, indexSettings } from '../settings/settings.ts';
import type { WhoamiResult } from '../terminal/result.ts';
import { type CommandContext, openHttp, resolveIndex } from './context.ts';
import { summaryOf } from './upload.ts';

export interface WhoamiFlags extends IndexFlags {
  readonly audience?: string;
  /** Show all claims. */
  readonly all?: boolean;
}

export async function whoami(flags: WhoamiFlags, context: CommandContext): Promise<ExitCode> {
  const settings = indexSettings(flags, context.runtime.env);
  const index = resolveIndex(settings);
  const http = await openHttp(context, settings);
  try {
    const provider = requireProvider({ http, runtime: context.runtime, reporter: context.terminal });
    const audience = await settleAudience(flags, index, http, context);
    const token = await provider.requestIdentityToken(audience.value);
    context.terminal.mask(token);
    const nowMs = context.runtime.now();
    const { claims } = readIdentityToken(token, { audience: audience.value, nowMs, source: provider.title });
    context.terminal.result(
      {
        kind: 'whoami',
        provider: { title: provider.title, detectedBy: provider.detectedBy },
        index: summaryOf(index),
        audience,
        issuer: claims.iss,
        lifeSeconds: Math.round(claims.exp - nowMs / 1000),
        claims: shownClaims(claims, flags.all === true),
        publisher: publisherFor(claims, index),
        problems: followsPypiRules(index) ? identityProblems(claims) : [],
      },
      true,
    );
    return exitCodes.done;
  } finally {
    await http.close();
  }
}

/** Asked from the index; when it cannot be reached, what PyPI is known to want. */
async function settleAudience(
  { audience }: WhoamiFlags,
  index: PackageIndex,
  http: HttpClient,
  { runtime, terminal }: CommandContext,
): Promise<WhoamiResult['audience']> {
  if (audience !== undefined && audience !== '') return { value: audience, source: 'flag' };
  try {
    return { value: await askAudience({ http, runtime, reporter: terminal }, index), source: 'index' };
  } catch (error) {
    const message = error instanceof Error ? error.message : 'The index gave no audience.';
    terminal.report({
      kind: 'note',
      severity: 'warning',
      message,
      hint: 'The identity is shown all the same, for an assumed audience.',
    });
    return { value: index.kind === 'testpypi' ? 'testpypi' : 'pypi', source: 'assumed' };
  }
}

function shownClaims(claims: Claims, all: boolean): WhoamiResult['claims'] {
  const matched = matchedClaims(claims);
  const first = matched.map((name) => ({ name, value: claimText(claims[name]), matched: true }));
  const others = Object.keys(claims)
    .filter((name) => !matched.includes(name))
    .toSorted()
    .map((name) => ({ name, value: claimText(claims[name]), matched: false }));
  return all ? [...first, ...others] : first;
}

function claimText(value: unknown): string | undefined {
  return typeof value === 'string' || value === undefined ? value : JSON.stringify(value);
}

function publisherFor(claims: Claims, index: PackageIndex): WhoamiResult['publisher'] {
  const publisher = expectedPublisher(claims);
  if (publisher === undefined) return undefined;
  const pages = publisherPages(index, 'PROJECT', publisher);
  return {
    title: publisher.title,
    fields: publisher.fields.map(({ label, value, from }) => ({ label, value, from })),
    existingProjectPage: pages?.existingProject,
    newProjectPage: pages?.newProject,
  };
}
