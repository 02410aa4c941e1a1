/**
 * The caveats of API tokens: JSON arrays that begin with a number, as PyPI issues and checks them. Which caveat refuses
 * what, in PyPI's words; the macaroon that carries them is in `macaroon.ts`.
 * @see https://docs.pypi.org/trusted-publishers/internals/
 */

import { quoted } from './answers.ts';
import { pythonText } from './python-values.ts';

/** Numbers of the caveats that PyPI knows. */
export const caveatTags = { expiration: 0, projectNames: 1, projectIds: 2, user: 3, publisher: 4 } as const;

/** What a caveat is judged against. */
export interface CaveatContext {
  readonly nowSeconds: number;
  readonly project: { readonly id: string; readonly name: string; readonly normalizedName: string };
  /** Identifier of the user behind the token, `undefined` for a publisher's. */
  readonly userId: string | undefined;
  readonly publisher: { readonly id: string; readonly servesProject: boolean } | undefined;
  /** The index lets publishers upload to every project. */
  readonly isOpen: boolean;
}

/**
 * Why a list of caveats refuses, in their order; empty when all are met. Caveats behind one that is not JSON are not
 * looked at, as on PyPI.
 */
export function unmetCaveats(caveats: readonly string[], context: CaveatContext): string[] {
  const reasons: string[] = [];
  for (const text of caveats) {
    let caveat: unknown;
    try {
      caveat = JSON.parse(text);
    } catch {
      return reasons.length > 0 ? reasons : ['unknown error'];
    }
    const reason = unmet(fromOldFormat(caveat, context), context);
    if (reason !== undefined) {
      reasons.push(reason);
    }
  }
  return reasons;
}

function unmet(caveat: unknown, context: CaveatContext): string | undefined {
  if (!Array.isArray(caveat)) {
    return 'caveat must be an array';
  }
  if (caveat.length === 0) {
    return 'caveat array cannot be empty';
  }
  const [tag, first, second] = caveat as unknown[];
  const given = caveat.length - 1;
  const { project, publisher } = context;
  switch (typeof tag === 'boolean' ? Number(tag) : tag) {
    case caveatTags.expiration: {
      const { nowSeconds } = context;
      return (
        malformed(given, 2, isWhole(first) && isWhole(second)) ??
        (nowSeconds < Number(second) || nowSeconds >= Number(first) ? 'token is expired' : undefined)
      );
    }
    case caveatTags.projectNames:
      return malformed(given, 1, isTextList(first)) ?? projectScoped(first, project.normalizedName, project.name);
    case caveatTags.projectIds:
      if (context.isOpen && publisher !== undefined) {
        return undefined;
      }
      return malformed(given, 1, isTextList(first)) ?? projectScoped(first, project.id, project.name);
    case caveatTags.user:
      if (malformed(given, 1, typeof first === 'string') !== undefined) {
        return malformed(given, 1, typeof first === 'string');
      }
      if (context.userId === undefined) {
        return 'token with user restriction without a user';
      }
      return first === context.userId ? undefined : 'current user does not match user restriction in token';
    case caveatTags.publisher:
      if (malformed(given, 1, typeof first === 'string') !== undefined) {
        return malformed(given, 1, typeof first === 'string');
      }
      if (publisher === undefined) {
        return 'OIDC scoped token used outside of an OIDC identified request';
      }
      if (publisher.id !== first) {
        return 'current OIDC publisher does not match publisher restriction in token';
      }
      return context.isOpen || publisher.servesProject
        ? undefined
        : `OIDC scoped token is not valid for project '${project.name}'`;
    default:
      return `caveat has unknown tag: ${pythonText(tag)}`;
  }
}

/** Values that are too many are ignored. */
function malformed(given: number, needed: number, areValid: boolean): string | undefined {
  if (given < needed) {
    return 'Not enough values';
  }
  return areValid ? undefined : 'invalid values for fields';
}

function projectScoped(allowed: unknown, wanted: string, name: string): string | undefined {
  return Array.isArray(allowed) && allowed.includes(wanted)
    ? undefined
    : `project-scoped token is not valid for project: ${quoted(name)}`;
}

function isWhole(value: unknown): boolean {
  return Number.isInteger(value);
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** PyPI's first caveats were objects; it still understands them. */
function fromOldFormat(caveat: unknown, { userId }: CaveatContext): unknown {
  if (typeof caveat !== 'object' || caveat === null || Array.isArray(caveat)) {
    return caveat;
  }
  const members = caveat as Readonly<Record<string, unknown>>;
  if (members['version'] === 1) {
    const permissions = members['permissions'];
    if (permissions === 'user') {
      return userId === undefined ? undefined : [caveatTags.user, userId];
    }
    return typeof permissions === 'object' && permissions !== null && 'projects' in permissions
      ? [caveatTags.projectNames, permissions.projects]
      : undefined;
  }
  if ('exp' in members && 'nbf' in members) {
    return [caveatTags.expiration, members['exp'], members['nbf']];
  }
  return 'project_ids' in members ? [caveatTags.projectIds, members['project_ids']] : undefined;
}
