/**
 * The pages where trusted publishers are entered, under PyPI's addresses: for a project, and for projects that do not
 * exist yet (pending publishers).
 */

import type { Answer } from '../answers.ts';
import type { PublisherConfiguration } from '../publishers.ts';
import type { Project, Store } from '../store.ts';
import { type Fragment, type Html, html } from './html.ts';
import { pageOf } from './layout.ts';
import { codeDefinitions, projectPath, publisherTitle } from './parts.ts';
import { type Entries, type FormField, type Problems, type ProviderForm, projectNameField } from './provider-forms.ts';
import { maximumPending, publishersOf, referenceOf } from './registration.ts';

/** What the forms show. */
export interface FormState {
  readonly forms: readonly ProviderForm[];
  /** The form that is open, with its entries. */
  readonly provider: string;
  readonly entries: Entries;
  readonly problems: Problems;
  /** Proves that a submitted form came from here. */
  readonly formToken: string;
  /** What happened just before. */
  readonly notice: string | undefined;
}

export function projectPublishingPage(project: Project, store: Store, state: FormState): Answer {
  const publishers = publishersOf(store, project.name);
  const content = html`<p class="soft"><a href="${projectPath(project.name)}">${project.name}</a></p>
<h1>Trusted publishers of ${project.name}</h1>
${messages(state)}
<p>A job whose identity fits one of them may upload to this project.${store.openProjects ? ' On this index, started with open projects, that is every publisher there is.' : ''}</p>
${publisherList(
  publishers.map(({ configuration }) => ({ configuration, heading: publisherTitle(configuration) })),
  state,
)}
<h2>Add a publisher</h2>
${forms(state, [])}`;
  return pageOf({ title: `Trusted publishers of ${project.name}`, content });
}

export function pendingPublishersPage(store: Store, state: FormState): Answer {
  const content = html`<h1>Pending publishers</h1>
${messages(state)}
<p>For projects that do not exist yet: the first exchange of a job that fits creates the project. At most ${maximumPending} can be pending at a time. A project that exists has its own page, linked from the <a href="/">overview</a>.</p>
${publisherList(
  store.pending.map(({ configuration, projectName }) => ({
    configuration,
    heading: `${projectName}: ${publisherTitle(configuration)}`,
  })),
  state,
)}
<h2>Add a pending publisher</h2>
${forms(state, [projectNameField])}`;
  return pageOf({
    title: 'Pending publishers',
    current: '/manage/account/publishing/',
    content,
  });
}

function messages({ notice, problems }: FormState): Fragment {
  if (problems.size > 0) {
    const message = problems.get('') ?? 'Not added: see the marked fields.';
    return html`<p class="notice bad" role="alert">${message}</p>`;
  }
  return notice === undefined ? '' : html`<p class="notice" role="status">${notice}</p>`;
}

interface Entry {
  readonly configuration: PublisherConfiguration;
  readonly heading: string;
}

function publisherList(entries: readonly Entry[], { forms, formToken }: FormState): Html {
  if (entries.length === 0) {
    return html`<p class="soft">There is none yet.</p>`;
  }
  const items = entries.map(
    ({
      configuration,
      heading,
    }) => html`<li><div><strong>${heading}</strong>${codeDefinitions(details(configuration, forms))}</div>
<form method="post">${hidden('form_token', formToken)}${hidden('remove', referenceOf(configuration))}<button class="remove" aria-label="Remove ${heading}">Remove</button></form></li>\n`,
  );
  return html`<ul class="list">${items}</ul>`;
}

/** What was entered, and the account that was found for it. */
function details(configuration: PublisherConfiguration, forms: readonly ProviderForm[]): [string, string][] {
  const { provider, id: _id, projects: _projects, pending: _pending, ...values } = configuration;
  const fields = forms.find((form) => form.provider === provider)?.fields ?? [];
  return Object.entries(values).map(([name, value]) => {
    const label = fields.find((field) => field.name === name)?.label ?? accountLabels[name] ?? name;
    return [label.replace(' (optional)', ''), value === '' ? '(any)' : value];
  });
}

const accountLabels: Readonly<Record<string, string>> = { owner_id: 'Owner id', actor_id: 'Actor id' };

function forms(state: FormState, first: readonly FormField[]): Html[] {
  return state.forms.map(({ provider, title, fields }) => {
    const isOpen = provider === state.provider;
    const shown = [...first, ...fields].map((field) => fieldOf(provider, field, isOpen ? state : undefined));
    return html`<details class="form" name="provider"${isOpen ? html` open` : ''}><summary>${title}</summary>
<form method="post" aria-label="${title}">${hidden('form_token', state.formToken)}${hidden('provider', provider)}
${shown}<button>Add</button></form></details>\n`;
  });
}

function fieldOf(provider: string, field: FormField, state: FormState | undefined): Html {
  const id = `${provider}-${field.name}`;
  const problem = state?.problems.get(field.name);
  const value = state?.entries[field.name] ?? '';
  const attributes = html`id="${id}" name="${field.name}" aria-describedby="${id}-help${problem === undefined ? '' : ` ${id}-error`}"${problem === undefined ? '' : html` aria-invalid="true"`}${field.isOptional ? '' : html` required`}`;
  const control =
    field.choices === undefined
      ? html`<input ${attributes} value="${value}" autocomplete="off" autocapitalize="off" spellcheck="false">`
      : html`<select ${attributes}>${field.choices.map((choice) => html`<option${choice === value ? html` selected` : ''}>${choice}</option>`)}</select>`;
  return html`<div class="field"><label for="${id}">${field.label}</label>${control}
${problem === undefined ? '' : html`<p class="error" id="${id}-error">${problem}</p>`}<small id="${id}-help">${field.help}</small></div>\n`;
}

function hidden(name: string, value: string): Html {
  return html`<input type="hidden" name="${name}" value="${value}">`;
}
