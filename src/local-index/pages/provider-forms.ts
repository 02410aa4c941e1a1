/**
 * The forms in which maintainers enter trusted publishers: labels, field names and rules of PyPI's own pages, as data.
 * @see https://docs.pypi.org/trusted-publishers/adding-a-publisher/
 */

import { isProjectName } from '../form-fields.ts';
import type { ProviderName } from '../publishers.ts';

export interface FormField {
  readonly name: string;
  readonly label: string;
  /** What belongs here, in one line. */
  readonly help: string;
  readonly isOptional?: true;
  /** What is wrong with a value that is not empty; `undefined` when nothing is. */
  readonly problem: (value: string) => string | undefined;
  /** The only values there are, of which the first one is the default. */
  readonly choices?: readonly string[];
}

export interface ProviderForm {
  readonly provider: ProviderName;
  readonly title: string;
  readonly fields: readonly FormField[];
}

/** What was entered, by field name. */
export type Entries = Readonly<Record<string, string>>;

/** A problem of every field that has one, by field name; the empty name is for the form as a whole. */
export type Problems = ReadonlyMap<string, string>;

export const gitLabCom = 'https://gitlab.com';

export const projectNameField: FormField = {
  name: 'project_name',
  label: 'PyPI Project Name',
  help: 'The project that the first exchange creates, as its metadata will call it.',
  problem: (value) =>
    isProjectName(value) ? undefined : 'Use letters, digits and . - _ only, with a letter or digit at both ends.',
};

/** The forms of all providers. @param gitLabInstances beside gitlab.com those that the index trusts */
export function providerForms(gitLabInstances: readonly string[] = []): readonly ProviderForm[] {
  return [gitHub, gitLab([gitLabCom, ...gitLabInstances]), google, activeState];
}

/** What is wrong with the entries; empty when they can be accepted. */
export function checkEntries(fields: readonly FormField[], entries: Entries): Map<string, string> {
  const problems = new Map<string, string>();
  for (const field of fields) {
    const value = entries[field.name] ?? '';
    const problem = value.trim() === '' ? missing(field) : field.problem(value);
    if (problem !== undefined) {
      problems.set(field.name, problem);
    }
  }
  return problems;
}

function missing({ isOptional, label }: FormField): string | undefined {
  return isOptional ? undefined : `Enter a value: ${label} is required.`;
}

const gitHub: ProviderForm = {
  provider: 'github',
  title: 'GitHub',
  fields: [
    {
      name: 'owner',
      label: 'Owner',
      help: 'The user or organization that owns the repository.',
      problem: rule(/^[A-Z0-9][A-Z0-9-]*$/i, 'Use letters, digits and hyphens, with a letter or digit first.'),
    },
    {
      name: 'repository',
      label: 'Repository name',
      help: 'Without the owner, in the letter case that GitHub shows.',
      problem: rule(/^[\w.-]+$/, 'Use letters, digits and - _ . only, without the owner.'),
    },
    {
      name: 'workflow_filename',
      label: 'Workflow name',
      help: 'The file name, as in release.yml; the file lies in .github/workflows/.',
      problem: (value) =>
        value.includes('/') ? 'Enter the file name only, without directories.' : problemOfYaml(value),
    },
    {
      name: 'environment',
      label: 'Environment name',
      help: 'Optional. The environment of the job that publishes; without one, any will do.',
      isOptional: true,
      problem: problemOfGitHubEnvironment,
    },
  ],
};

function gitLab(instances: readonly string[]): ProviderForm {
  return {
    provider: 'gitlab',
    title: 'GitLab',
    fields: [
      {
        name: 'namespace',
        label: 'Namespace',
        help: 'The user, or the group with its subgroups, as in group/subgroup.',
        problem: (value) => problemOfGitLabPath(value, /^[\w./+-]+$/, 'letters, digits and - _ . + / only'),
      },
      {
        name: 'project',
        label: 'Project name',
        help: 'The last part of the address of the project.',
        problem: (value) => problemOfGitLabPath(value, /^[\w.+-]+$/, 'letters, digits and - _ . + only'),
      },
      {
        name: 'workflow_filepath',
        label: 'Top-level pipeline file path',
        help: 'From the root of the repository, as in .gitlab-ci.yml.',
        problem: (value) =>
          /^\/|\/$/.test(value) ? 'Enter a path without a slash at the beginning or end.' : problemOfYaml(value),
      },
      {
        name: 'environment',
        label: 'Environment name',
        help: 'Optional. The environment of the job that publishes, in its letter case; without one, any will do.',
        isOptional: true,
        problem: rule(/^[\w/${} -]+$/, 'Use letters, digits, spaces and - _ / $ { } only.'),
      },
      {
        name: 'issuer_url',
        label: 'GitLab instance',
        help: 'Where the project is.',
        choices: instances,
        problem: (value) => (instances.includes(value) ? undefined : 'Choose one of the instances in the list.'),
      },
    ],
  };
}

const google: ProviderForm = {
  provider: 'google',
  title: 'Google',
  fields: [
    {
      name: 'email',
      label: 'Email',
      help: 'The address of the account or service account that publishes.',
      problem: rule(/^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/, 'Enter an email address.'),
    },
    {
      name: 'sub',
      label: 'Subject (optional)',
      help: 'The 21-digit number of the account, which no other account ever gets.',
      isOptional: true,
      problem: () => undefined,
    },
  ],
};

const activeState: ProviderForm = {
  provider: 'activestate',
  title: 'ActiveState',
  fields: [
    {
      name: 'organization',
      label: 'Organization',
      help: 'The organization, as its address on the platform spells it.',
      problem: activeStateName(/^[A-Z0-9-]{3,40}$/i, 'letters, digits and hyphens'),
    },
    {
      name: 'project',
      label: 'ActiveState Project name',
      help: 'The project on the platform that builds the package.',
      problem: activeStateName(/^[A-Z0-9.-]{3,40}$/i, 'letters, digits, dots and hyphens'),
    },
    {
      name: 'actor',
      label: 'Actor Username',
      help: 'The user on the platform who starts the build.',
      problem: activeStateName(/^[A-Z0-9-]{3,40}$/i, 'letters, digits and hyphens'),
    },
  ],
};

function rule(pattern: RegExp, problem: string): FormField['problem'] {
  return (value) => (pattern.test(value) ? undefined : problem);
}

function problemOfYaml(path: string): string | undefined {
  return /\.ya?ml$/.test(path) ? undefined : 'The file must end in .yml or .yaml.';
}

function problemOfGitHubEnvironment(value: string): string | undefined {
  if (value.length > 255) {
    return 'Use at most 255 characters.';
  }
  if (value.trim() !== value) {
    return 'Leave out the spaces at the beginning and end.';
  }
  return /[\p{Cc}'"`,;\\]/u.test(value) ? 'Leave out control characters and each of \' " ` , ; \\' : undefined;
}

function problemOfGitLabPath(value: string, allowed: RegExp, characters: string): string | undefined {
  if (!allowed.test(value)) {
    return `Use ${characters}.`;
  }
  if (!/^[A-Z0-9](.*[A-Z0-9])?$/i.test(value)) {
    return 'Begin and end with a letter or digit.';
  }
  if (/[._-]{2}/.test(value)) {
    return 'Do not put two of . _ - side by side.';
  }
  return /\.(git|atom)$/i.test(value) ? 'The name must not end in .git or .atom.' : undefined;
}

function activeStateName(pattern: RegExp, characters: string): FormField['problem'] {
  return (value) => {
    if (!pattern.test(value)) {
      return `Use 3 to 40 ${characters}.`;
    }
    return /--|^-|-$/.test(value) ? 'Do not use two hyphens in a row, nor one at the beginning or end.' : undefined;
  };
}
