/** Trusted publishers that were entered on the pages, as the state keeps them. */

import { configurationKey, type PublisherConfiguration } from './publishers.ts';
import type { Store } from './store.ts';

/** Those that still serve or wait for a project, with what they wait for now. */
export function enteredInUse({ entered, publishers, pending }: Store): PublisherConfiguration[] {
  return entered.flatMap((item) => {
    const key = configurationKey(item);
    const waiting = pending.filter(({ configuration }) => configurationKey(configuration) === key);
    const isActive = publishers.some(({ configuration }) => configurationKey(configuration) === key);
    return isActive || waiting.length > 0 ? [{ ...item, pending: waiting.map(({ projectName }) => projectName) }] : [];
  });
}
