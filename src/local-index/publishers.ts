/**
 * Trusted publishers as data: the configuration that a maintainer enters on PyPI's publishing pages, and the file that
 * lists them for the embedded index. Field names are those of PyPI's forms. How claims are matched against them is in
 * `publisher-matching.ts`.
 */

import * as z from 'zod/mini';
import { LocalIndexError } from './local-index-error.ts';

const text = z.string().check(z.minLength(1));
const optionalText = z._default(z.string(), '');
const names = z._default(z.array(z.string().check(z.regex(/^([A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9])$/i))), []);
const common = {
  /** Name used in the token's first caveat instead of a random one. */
  id: z.optional(text),
  /** Projects that the publisher may upload to. */
  projects: names,
  /** The project that the first mint of this configuration creates. PyPI allows one at a time. */
  pending: names,
};

const githubSchema = z.strictObject({
  provider: z.literal('github'),
  owner: text,
  owner_id: z._default(text, '4242'),
  repository: text,
  workflow_filename: z.string().check(z.regex(/^[^/]+\.ya?ml$/)),
  environment: optionalText,
  ...common,
});

const gitlabSchema = z.strictObject({
  provider: z.literal('gitlab'),
  namespace: text,
  project: text,
  workflow_filepath: z.string().check(z.regex(/\.ya?ml$/)),
  environment: optionalText,
  issuer_url: z._default(z.string(), 'https://gitlab.com'),
  ...common,
});

const googleSchema = z.strictObject({
  provider: z.literal('google'),
  email: text,
  sub: optionalText,
  ...common,
});

const activeStateSchema = z.strictObject({
  provider: z.literal('activestate'),
  organization: text,
  project: text,
  actor: optionalText,
  actor_id: text,
  ...common,
});

const publisherSchema = z.discriminatedUnion('provider', [githubSchema, gitlabSchema, googleSchema, activeStateSchema]);

/** One entry of a publishers file, as written; defaults may be left out. */
export type Publisher = z.input<typeof publisherSchema>;
/** An entry with its defaults filled in. */
export type PublisherConfiguration = z.output<typeof publisherSchema>;
export type ProviderName = PublisherConfiguration['provider'];

/** The claims-related part of a publisher: everything but what it serves. Equal texts are the same publisher on PyPI. */
export function configurationKey(publisher: PublisherConfiguration): string {
  const { id: _id, projects: _projects, pending: _pending, ...configuration } = publisher;
  return JSON.stringify(Object.entries(configuration).sort(([left], [right]) => (left < right ? -1 : 1)));
}

/**
 * Fill in the defaults of publishers given in code.
 * @throws {LocalIndexError} naming the entry and the field.
 */
export function completePublishers(publishers: readonly unknown[], source = 'publishers'): PublisherConfiguration[] {
  return publishers.map((entry, index) => {
    const result = z.safeParse(publisherSchema, entry);
    if (!result.success) {
      const issue = result.error.issues[0];
      const place = [`entry ${index + 1}`, ...(issue?.path ?? []).map(String)].join(', ');
      throw new LocalIndexError({
        message: `${source}: ${place}: ${describe(issue)}`,
        hint: publishersHint,
      });
    }
    return result.data;
  });
}

/**
 * Read the text of a publishers file: a JSON array of publishers.
 * @param source how to call the file in messages.
 * @throws {LocalIndexError} naming the entry and the field that is wrong.
 */
export function parsePublishers(content: string, source = 'publishers file'): PublisherConfiguration[] {
  let document: unknown;
  try {
    document = JSON.parse(content);
  } catch (error) {
    throw new LocalIndexError({ message: `${source}: not JSON.`, hint: publishersHint, cause: error });
  }
  if (!Array.isArray(document)) {
    throw new LocalIndexError({ message: `${source}: not a JSON array of publishers.`, hint: publishersHint });
  }
  const publishers = completePublishers(document, source);
  for (const [index, publisher] of publishers.entries()) {
    if (publisher.pending.length > 1) {
      throw new LocalIndexError({
        message: `${source}: entry ${index + 1}, pending: one configuration can be pending for one project at a time.`,
        hint: 'Give each new project an environment or a workflow file of its own, as PyPI requires.',
      });
    }
  }
  return publishers;
}

const publishersHint =
  'Example: [{"provider": "github", "owner": "octo", "owner_id": "4242", "repository": "demo", ' +
  '"workflow_filename": "release.yml", "environment": "", "projects": ["demo"], "pending": []}]';

/** A problem in words of its own: the small build of zod has none. */
function describe(issue: z.core.$ZodIssue | undefined): string {
  switch (issue?.code) {
    case 'unrecognized_keys':
      return `no field is called ${issue.keys.map((key) => `\`${key}\``).join(', ')}.`;
    case 'invalid_type':
      return `must be of type ${issue.expected}.`;
    case 'invalid_union':
      return 'must be `github`, `gitlab`, `google` or `activestate`.';
    case 'too_small':
      return 'must not be empty.';
    default:
      return 'is not a value that PyPI accepts.';
  }
}
