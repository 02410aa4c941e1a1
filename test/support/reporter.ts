/** A reporter that remembers. */

import type { Event, Reporter } from '../../src/reporter.ts';

export interface TestReporter extends Reporter {
  readonly events: readonly Event[];
  /** Secrets in the order in which they were masked, in clear. */
  readonly masked: readonly string[];
  /** The events of one kind. */
  of<Kind extends Event['kind']>(kind: Kind): readonly Extract<Event, { kind: Kind }>[];
}

export function testReporter(): TestReporter {
  const events: Event[] = [];
  const masked: string[] = [];
  return {
    events,
    masked,
    report: (event) => {
      events.push(event);
    },
    mask: (secret) => {
      masked.push(secret.reveal());
    },
    of: <Kind extends Event['kind']>(kind: Kind) =>
      events.filter((event): event is Extract<Event, { kind: Kind }> => event.kind === kind),
  };
}
