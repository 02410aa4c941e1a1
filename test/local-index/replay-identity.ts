/** Identity tokens of replayed cases, made from their description and signed with keys of this run. */

import { createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import type { JWK } from 'jose';
import type { Json } from './replay-differences.ts';

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const otherKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ellipticKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** The key that issuers are known by. */
export const publicKey: JWK = { ...keys.publicKey.export({ format: 'jwk' }), kid: 'k1' };

/** Times relative to now, and fresh identifiers. */
export function resolveValues(value: unknown, nowSeconds: number): unknown {
  if (value === '$unique') {
    return randomUUID();
  }
  if (Array.isArray(value)) {
    return value.map((item) => resolveValues(item, nowSeconds));
  }
  if (typeof value === 'object' && value !== null) {
    const offset = (value as Json)['$now'];
    return typeof offset === 'number'
      ? nowSeconds + offset
      : Object.fromEntries(Object.entries(value).map(([name, member]) => [name, resolveValues(member, nowSeconds)]));
  }
  return value;
}

/** @throws {Error} for a kind of signature that is not understood. */
export function makeToken(described: Json, nowSeconds: number): string {
  const header = encode(described['header']);
  const resolved = resolveValues(described['claims'], nowSeconds);
  const input = `${header}.${encode(resolved)}`;
  switch (described['signature']) {
    case 'valid':
      return `${input}.${signed(input, keys.privateKey)}`;
    case 'missing-part':
      return input;
    case 'none':
      return `${input}.`;
    case 'garbage':
      return `${input}.AAAA`;
    case 'shared secret':
      return `${input}.${createHmac('sha256', 'secret').update(input).digest('base64url')}`;
    case 'unknown key':
      return `${input}.${signed(input, otherKeys.privateKey)}`;
    case 'other key type':
      return `${input}.${signed(input, ellipticKeys.privateKey)}`;
    case 'payload altered after signing':
      return `${header}.${encode({ ...(resolved as Json), altered: true })}.${signed(input, keys.privateKey)}`;
    default:
      throw new Error(`signature ${String(described['signature'])} is not understood`);
  }
}

/** Claims that fit a publisher, for cases that only say "minted". */
export function claimsFor(publisher: Json): Json {
  const common = { aud: 'pypi', iat: { $now: 0 }, exp: { $now: 300 }, jti: '$unique' };
  const text = (name: string) => String(publisher[name] ?? '');
  const environment = text('environment') === '' ? {} : { environment: text('environment') };
  switch (publisher['kind']) {
    case 'github': {
      const repository = `${text('repository_owner')}/${text('repository_name')}`;
      return {
        ...common,
        ...environment,
        iss: 'https://token.actions.githubusercontent.com',
        repository,
        repository_owner: text('repository_owner'),
        repository_owner_id: text('repository_owner_id'),
        job_workflow_ref: `${repository}/.github/workflows/${text('workflow_filename')}@refs/heads/main`,
        ref: 'refs/heads/main',
        sha: 'a'.repeat(40),
        event_name: 'push',
      };
    }
    case 'gitlab': {
      const path = `${text('namespace')}/${text('project')}`;
      const host = text('issuer_url').replace('https://', '');
      return {
        ...common,
        ...environment,
        iss: text('issuer_url'),
        project_path: path,
        sub: `project_path:${path}:ref_type:branch:ref:main`,
        ci_config_ref_uri: `${host}/${path}//${text('workflow_filepath')}@refs/heads/main`,
        ref_path: 'refs/heads/main',
        sha: 'b'.repeat(40),
      };
    }
    case 'google':
      return {
        ...common,
        iss: 'https://accounts.google.com',
        sub: text('sub') || '1',
        email: text('email'),
        email_verified: true,
      };
    default: {
      const [organization, project] = [text('organization'), text('activestate_project_name')];
      return {
        ...common,
        iss: 'https://platform.activestate.com/api/v1/oauth/oidc',
        sub: `org:${organization}:project:${project}`,
        organization,
        project,
        actor_id: text('actor_id'),
        builder: 'pypi-publisher',
      };
    }
  }
}

function signed(input: string, key: KeyObject): string {
  return sign('sha256', Buffer.from(input), key).toString('base64url');
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
