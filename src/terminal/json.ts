/**
 * Results as one JSON document on stdout. `schema` grows by one when a member changes its meaning or goes; new members
 * do not change it. Described in docs/json.md.
 */

import type { Outcome } from '../upload/outcome.ts';
import type { Result } from './result.ts';
import { printable } from './wording.ts';

export const jsonSchemaVersion = 1;

/** @param ok whether the command did what it was asked to */
export function jsonDocument(command: string, ok: boolean, result: Result): string {
  const document = JSON.stringify({ schema: jsonSchemaVersion, command, ok, ...members(result) }, undefined, 2);
  // `##[` starts a command in some CIs wherever it stands; inside JSON it can be written otherwise.
  return document.replaceAll('##', '\\u0023\\u0023');
}

function members(result: Result): object {
  switch (result.kind) {
    case 'upload':
      return {
        index: result.index,
        files: result.outcomes.map(outcomeMembers),
        releases: result.releases,
        findings: result.findings,
        ignored: result.ignored,
      };
    case 'plan':
      return {
        dryRun: true,
        index: result.index,
        credentials: result.credentials ?? null,
        files: result.files,
        totalBytes: result.totalBytes,
        findings: result.findings,
        ignored: result.ignored,
      };
    case 'check':
      return { strict: result.strict, files: result.files, ignored: result.ignored };
    case 'whoami': {
      const { kind: _, claims, ...rest } = result;
      return { ...rest, claims: Object.fromEntries(claims.map(({ name, value }) => [name, value ?? null])) };
    }
    case 'minted-token':
      return {
        index: result.index,
        token: result.token.reveal(),
        expires: Math.floor(result.expiresAtMs / 1000),
      };
    case 'rehearsal':
      return {
        index: result.index,
        files: result.outcomes.map(outcomeMembers),
        installable: result.installable,
        projects: result.projects,
        findings: result.findings,
        ignored: result.ignored,
      };
    case 'serving': {
      const { kind: _, environment, ...rest } = result;
      return { ...rest, environment: printable(environment) };
    }
    case 'failure':
      return { error: { code: result.code, message: result.message, hint: result.hint } };
    default:
      return result satisfies never;
  }
}

function outcomeMembers(outcome: Outcome): object {
  const { kind, file, ...rest } = outcome;
  return { ...file, outcome: kind, ...rest };
}
