/** The state that a replayed case starts from, and changes of it behind the index's back. */

import type { Publisher } from '../../src/local-index/publishers.ts';
import type { LocalIndex } from '../../src/local-index/server.ts';
import type { Flag, Lifecycle } from '../../src/local-index/store.ts';
import type { Differences, Json } from './replay-differences.ts';
import { publicKey } from './replay-identity.ts';

const builtIn = [
  ['github', 'https://token.actions.githubusercontent.com'],
  ['gitlab', 'https://gitlab.com'],
  ['google', 'https://accounts.google.com'],
  ['activestate', 'https://platform.activestate.com/api/v1/oauth/oidc'],
] as const;

const lifecycles: Readonly<Record<string, Lifecycle>> = {
  archived: 'archived',
  'archived-noindex': 'archived-noindex',
  'quarantine-enter': 'quarantined',
  'quarantine-exit': 'active',
};

/** Publishers of the tables carry the server's column names. */
export function publisherFrom(recorded: Json, pending: readonly string[] = []): Publisher {
  const text = (name: string) => String(recorded[name] ?? '');
  const projects = pending.length > 0 ? [] : ((recorded['projects'] ?? []) as string[]);
  const common = { ...(pending.length > 0 ? {} : { id: text('id') }), projects: [...projects], pending: [...pending] };
  const environment = text('environment');
  switch (recorded['kind']) {
    case 'github':
      return {
        provider: 'github',
        owner: text('repository_owner'),
        owner_id: text('repository_owner_id'),
        repository: text('repository_name'),
        workflow_filename: text('workflow_filename'),
        environment,
        ...common,
      };
    case 'gitlab':
      return {
        provider: 'gitlab',
        namespace: text('namespace'),
        project: text('project'),
        workflow_filepath: text('workflow_filepath'),
        issuer_url: text('issuer_url'),
        environment,
        ...common,
      };
    case 'google':
      return { provider: 'google', email: text('email'), sub: text('sub'), ...common };
    default:
      return {
        provider: 'activestate',
        organization: text('organization'),
        project: text('activestate_project_name'),
        actor: text('actor'),
        actor_id: text('actor_id'),
        ...common,
      };
  }
}

/** All publishers that a case starts with. */
export function publishersOf(given: Json): Publisher[] {
  const pending = ((given['pending_publishers'] ?? []) as Json[]).map((item) =>
    publisherFrom(item, [String(item['project_name'])]),
  );
  return [...((given['publishers'] ?? []) as Json[]).map((item) => publisherFrom(item)), ...pending];
}

export function prepareState({ control }: LocalIndex, given: Json, differences: Differences): void {
  const known = 'projects publishers pending_publishers flags prohibited_names lifecycle spent_jti custom_issuers';
  differences.nothingLeft('given', given, known.split(' '));
  control.setOwner({ name: 'alice' });
  for (const name of (given['projects'] ?? []) as string[]) {
    control.createProject(name);
  }
  for (const flag of (given['flags'] ?? []) as Flag[]) {
    control.setFlag(flag);
  }
  for (const name of (given['prohibited_names'] ?? []) as string[]) {
    control.prohibitName(name);
  }
  const custom = (given['custom_issuers'] ?? []) as { type: 'github' | 'gitlab'; issuer_url: string }[];
  // The index trusts the issuers that publishers name; the recorded server only those that staff registered.
  control.trustOnly(builtIn.map(([, issuer]) => issuer));
  for (const [provider, issuer] of builtIn) {
    control.trustIssuer(provider, issuer, [publicKey]);
  }
  for (const { type, issuer_url: issuer } of custom) {
    control.trustIssuer(type, issuer, [publicKey]);
  }
  for (const spent of (given['spent_jti'] ?? []) as { iss: string; jti: string }[]) {
    control.spendIdentityToken(spent.iss, spent.jti);
  }
  changeState({ control }, { lifecycle: given['lifecycle'] ?? {} }, differences);
}

export function changeState({ control }: Pick<LocalIndex, 'control'>, state: Json, differences: Differences): void {
  for (const [name, value] of Object.entries(state)) {
    const entries = Object.entries(value as Record<string, never>);
    switch (name) {
      case 'flags_on':
      case 'flags_off':
        for (const flag of value as Flag[]) {
          control.setFlag(flag, name === 'flags_on');
        }
        break;
      case 'lifecycle':
        for (const [project, text] of entries) {
          const lifecycle = lifecycles[text];
          if (lifecycle === undefined) {
            differences.found.push(`lifecycle ${String(text)} is not understood`);
          } else {
            control.setLifecycle(project, lifecycle);
          }
        }
        break;
      case 'release_age':
        for (const [version, seconds] of entries) {
          for (const project of control.projectNames()) {
            control.setReleaseAge(project, version, seconds * 1000);
          }
        }
        break;
      case 'project_total_size':
        for (const [project, size] of entries) {
          control.setProjectSize(project, size);
        }
        break;
      case 'project_upload_limit':
        for (const [project, size] of entries) {
          control.raiseFileLimit(project, size);
        }
        break;
      case 'delete_file':
        control.deleteFile(String(value));
        break;
      case 'delete_release':
        for (const project of control.projectNames()) {
          control.deleteRelease(project, String(value));
        }
        break;
      case 'owner_two_factor':
        control.setOwner({ hasTwoFactor: Boolean(value) });
        break;
      case 'owner_email_verified':
        control.setOwner({ hasVerifiedEmail: Boolean(value) });
        break;
      case 'owner_removed_from':
        for (const project of value as string[]) {
          control.removeOwnerFrom(project);
        }
        break;
      case 'publisher_detached_from':
      case 'detach_publisher_from':
        for (const project of value as string[]) {
          control.detachPublishers(project);
        }
        break;
      case 'owner_active':
        // PyPI accepts uploads of inactive users; there is nothing to change.
        break;
      default:
        differences.found.push(`state ${name} is not understood`);
    }
  }
}
