/** From what was entered on the pages to trusted publishers in the store, and out of it again. */

import { createHash } from 'node:crypto';
import { Refusal } from '../answers.ts';
import type { IdentityFacts } from '../identity-facts.ts';
import { activeStateJob } from '../jobs/activestate.ts';
import { gitHubJob } from '../jobs/github.ts';
import { checkNewProjectName } from '../project-names.ts';
import { completePublishers, configurationKey, type ProviderName, type PublisherConfiguration } from '../publishers.ts';
import { normalizeName } from '../python-version.ts';
import type { ActivePublisher, Store } from '../store.ts';
import type { Entries } from './provider-forms.ts';

/** PyPI's limit for one user. */
export const maximumPending = 3;

/**
 * The publisher for valid entries, completed by what PyPI asks the provider for: the numeric id of an account and its
 * own spelling. Here that is known of identities that were seen, and of other publishers; else it is what the simulated
 * jobs have.
 */
export function publisherFrom(
  provider: ProviderName,
  entries: Entries,
  pending: readonly string[],
  known: { readonly identities: readonly IdentityFacts[]; readonly store: Store },
): PublisherConfiguration {
  const values = Object.fromEntries(
    Object.entries(entries).map(([name, value]) => [name, value.trim() === '' ? '' : value]),
  );
  const configuration = completePublishers([{ provider, ...values, ...accountOf(provider, values, known), pending }]);
  return configuration[0] as PublisherConfiguration;
}

/** Let the publisher serve the project; false when it does already. */
export function addPublisher(store: Store, projectName: string, configuration: PublisherConfiguration): boolean {
  const key = configurationKey(configuration);
  const isKnown = [...store.publishers.map((item) => item.configuration), ...store.entered].some(
    (other) => configurationKey(other) === key,
  );
  const { projectNames } = store.publisherFor(configuration);
  const name = normalizeName(projectName);
  if (projectNames.has(name)) {
    return false;
  }
  projectNames.add(name);
  if (!isKnown) {
    store.entered.push(configuration);
  }
  store.save();
  return true;
}

/** Publishers whose tokens are good for the project. */
export function publishersOf(store: Store, projectName: string): ActivePublisher[] {
  const name = normalizeName(projectName);
  return store.publishers.filter((item) => store.openProjects || item.projectNames.has(name));
}

/** Take the project from a publisher; one that serves no other project is forgotten. */
export function removePublisher(store: Store, projectName: string, reference: string): void {
  const publisher = publishersOf(store, projectName).find((item) => referenceOf(item.configuration) === reference);
  publisher?.projectNames.delete(normalizeName(projectName));
  if (publisher !== undefined && (store.openProjects || publisher.projectNames.size === 0)) {
    store.publishers.splice(store.publishers.indexOf(publisher), 1);
  }
  store.save();
}

/** Why a publisher cannot wait for this new project; `undefined` when it can. */
export function pendingProblem(store: Store, projectName: string, configuration: PublisherConfiguration) {
  try {
    checkNewProjectName(projectName, store);
  } catch (error) {
    if (error instanceof Refusal) {
      return { field: 'project_name', message: error.message };
    }
    throw error;
  }
  const key = configurationKey(configuration);
  const same = store.pending.find((item) => configurationKey(item.configuration) === key);
  if (same !== undefined) {
    return {
      field: '',
      message: `This publisher is pending for ${same.projectName} already, and can be for one new project at a time. Give each project an environment or a workflow of its own.`,
    };
  }
  return store.pending.length < maximumPending
    ? undefined
    : { field: '', message: `There can be ${maximumPending} pending publishers at a time. Use or remove one first.` };
}

export function addPending(store: Store, projectName: string, configuration: PublisherConfiguration): void {
  store.pending.push({ configuration, projectName });
  store.entered.push(configuration);
  store.save();
}

export function removePending(store: Store, reference: string): void {
  const pending = store.pending.find((item) => referenceOf(item.configuration) === reference);
  if (pending !== undefined) {
    store.removePending(pending);
    store.save();
  }
}

/** How a form names a publisher; says nothing about tokens. */
export function referenceOf(configuration: PublisherConfiguration): string {
  return createHash('sha256').update(configurationKey(configuration)).digest('hex').slice(0, 16);
}

function accountOf(
  provider: ProviderName,
  entries: Entries,
  { identities, store }: Parameters<typeof publisherFrom>[3],
): Entries {
  const configurations = [...store.publishers, ...store.pending].map((item) => item.configuration);
  switch (provider) {
    case 'github': {
      const owner = entries['owner'] ?? '';
      const seen = identities.map(({ claims }) => [claims['repository_owner'], claims['repository_owner_id']] as const);
      const others = configurations.map((item) =>
        item.provider === 'github' ? ([item.owner, item.owner_id] as const) : ([] as const),
      );
      const [spelling, id] = accountNamed(owner, [...seen, ...others]) ?? [owner, gitHubJob([]).ownerId];
      return { owner: spelling, owner_id: id, environment: (entries['environment'] ?? '').toLowerCase() };
    }
    case 'activestate': {
      const actor = entries['actor'] ?? '';
      const seen = identities.map(({ claims }) => [claims['actor'], claims['actor_id']] as const);
      const others = configurations.map((item) =>
        item.provider === 'activestate' ? ([item.actor, item.actor_id] as const) : ([] as const),
      );
      const [spelling, id] = accountNamed(actor, [...seen, ...others]) ?? [actor, activeStateJob([]).actorId];
      return { actor: spelling, actor_id: id };
    }
    default:
      return {};
  }
}

function accountNamed(
  name: string,
  accounts: ReadonlyArray<readonly (string | undefined)[]>,
): readonly [name: string, id: string] | undefined {
  for (const [spelling, id] of accounts) {
    if (spelling?.toLowerCase() === name.toLowerCase() && id !== undefined) {
      return [spelling, id];
    }
  }
  return undefined;
}
