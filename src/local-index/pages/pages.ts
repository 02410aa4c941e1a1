/**
 * The pages of the embedded index for people: an overview, projects and releases, and the forms for trusted publishers
 * under PyPI's addresses, so that the way from a refused exchange to a publisher can be rehearsed. Plain HTML without
 * scripts; loaded only when a page is asked for.
 */

import { randomBytes } from 'node:crypto';
import { type Answer, pageAnswer } from '../answers.ts';
import type { ApiTokens } from '../api-tokens.ts';
import type { TrustedIssuer } from '../oidc-routes.ts';
import type { PublisherConfiguration } from '../publishers.ts';
import { normalizeName } from '../python-version.ts';
import type { IndexRequest, RecordedRequest } from '../request.ts';
import type { Store } from '../store.ts';
import { drain, readText } from '../upload-form.ts';
import { isForLoopback, isOwnForm } from './guard.ts';
import { html } from './html.ts';
import { pageHeaders, problemPage } from './layout.ts';
import { overviewPage } from './overview-page.ts';
import { projectPath, publisherTitle } from './parts.ts';
import { projectPage } from './project-page.ts';
import { checkEntries, type Entries, type ProviderForm, projectNameField, providerForms } from './provider-forms.ts';
import { type FormState, pendingPublishersPage, projectPublishingPage } from './publishing-pages.ts';
import {
  addPending,
  addPublisher,
  pendingProblem,
  publisherFrom,
  removePending,
  removePublisher,
} from './registration.ts';

export interface PagesContext {
  readonly store: Store;
  readonly tokens: ApiTokens;
  readonly now: () => number;
  /** Address of the index without a slash at the end. */
  readonly url: string;
  readonly oidc: { readonly issuers: readonly TrustedIssuer[] };
  readonly requests: () => readonly RecordedRequest[];
}

const maximumFormBytes = 64 * 1024;
const accountPath = '/manage/account/publishing/';

/** A form that was submitted: what it leads to, or what is wrong with it. */
type Submission = { readonly notice: string } | { readonly problems: FormState['problems'] };

export class Pages {
  readonly #context: PagesContext;
  readonly #formToken = randomBytes(32).toString('base64url');
  /** What to say on the page that follows a submitted form, by its path. */
  readonly #notices = new Map<string, string>();

  constructor(context: PagesContext) {
    this.#context = context;
  }

  async answer(request: IndexRequest): Promise<Answer> {
    const { path } = request;
    if (!isForLoopback(request)) {
      await drain(request.body);
      return problemPage(403, 'Not here', html`<p>Ask for these pages under the address that the index printed.</p>`);
    }
    if (!path.endsWith('/')) {
      await drain(request.body);
      return isPage(`${path}/`) ? moved(`${path}/`, request) : pageAnswer(404);
    }
    if (!isPage(path)) {
      await drain(request.body);
      return pageAnswer(404);
    }
    if (path.startsWith('/manage/')) {
      return await this.#publishing(request);
    }
    await drain(request.body);
    return request.method === 'GET' || request.method === 'HEAD'
      ? this.#reading(request)
      : pageAnswer(405, { allow: 'GET, HEAD' });
  }

  #reading(request: IndexRequest): Answer {
    const { store, tokens, now, url, requests } = this.#context;
    if (request.path === '/') {
      return overviewPage({ store, grants: tokens.grants, requests: requests(), url, nowMs: now() });
    }
    const [, , part = '', version] = request.path.split('/');
    const name = decoded(part);
    const project = store.project(name);
    if (project === undefined) {
      return noProject(name);
    }
    if (name !== normalizeName(name)) {
      return moved(`${projectPath(name)}${version ? `${version}/` : ''}`, request);
    }
    return projectPage(project, version ? decoded(version) : undefined, url);
  }

  /** `undefined` for the page of pending publishers. */
  async #publishing(request: IndexRequest): Promise<Answer> {
    const { store } = this.#context;
    const [, , , part] = request.path === accountPath ? [] : request.path.split('/');
    const name = part === undefined ? undefined : decoded(part);
    const project = name === undefined ? undefined : store.project(name);
    const form = request.method === 'POST' ? await readForm(request) : undefined;
    await drain(request.body);
    if (name !== undefined && project === undefined) {
      return noProject(name);
    }
    const show = (state: FormState) =>
      project === undefined ? pendingPublishersPage(store, state) : projectPublishingPage(project, store, state);
    if (request.method === 'GET' || request.method === 'HEAD') {
      // PyPI's page for the account takes nothing from the address.
      return show(this.#formState(request.path, project === undefined ? new URLSearchParams() : request.query));
    }
    if (request.method !== 'POST') {
      return pageAnswer(405, { allow: 'GET, HEAD, POST' });
    }
    if (form === undefined || !isOwnForm(request, form, this.#formToken)) {
      return problemPage(
        403,
        'Nothing was changed',
        html`<p>The form did not come from this index as it runs now. <a href="${request.path}">Open the page again</a> and submit it there.</p>`,
      );
    }
    const submission = this.#submit(project?.name, form);
    if ('problems' in submission) {
      return show({ ...this.#formState(request.path, form), problems: submission.problems });
    }
    this.#notices.set(request.path, submission.notice);
    return { status: 303, headers: { ...pageHeaders, location: request.path }, body: '' };
  }

  /** Do what a form asks for. @param projectName `undefined` for pending publishers */
  #submit(projectName: string | undefined, form: URLSearchParams): Submission {
    const { store } = this.#context;
    const reference = form.get('remove');
    if (reference !== null) {
      if (projectName === undefined) {
        removePending(store, reference);
        return { notice: 'Removed.' };
      }
      removePublisher(store, projectName, reference);
      return { notice: 'Removed. Its tokens are no longer good for this project.' };
    }
    const chosen = this.#forms(projectName === undefined).find(({ provider }) => provider === form.get('provider'));
    if (chosen === undefined) {
      return { problems: new Map([['', 'Choose a provider.']]) };
    }
    const fields = projectName === undefined ? [projectNameField, ...chosen.fields] : chosen.fields;
    const problems = checkEntries(fields, entriesOf(chosen, form));
    if (store.flags.has('disallow-oidc') || store.flags.has(`disallow-${chosen.provider}-oidc`)) {
      problems.set('', `Trusted publishing is switched off on this index for ${chosen.title}.`);
    }
    if (problems.size > 0) {
      return { problems };
    }
    return projectName === undefined ? this.#addPending(chosen, form) : this.#add(projectName, chosen, form);
  }

  #add(projectName: string, chosen: ProviderForm, form: URLSearchParams): Submission {
    const configuration = this.#configuration(chosen, form, []);
    return addPublisher(this.#context.store, projectName, configuration)
      ? { notice: `Added ${publisherTitle(configuration)}. Run the job again.` }
      : { problems: new Map([['', `${publisherTitle(configuration)} is a publisher of this project already.`]]) };
  }

  #addPending(chosen: ProviderForm, form: URLSearchParams): Submission {
    const { store } = this.#context;
    const projectName = form.get('project_name') ?? '';
    const configuration = this.#configuration(chosen, form, [projectName]);
    const problem = pendingProblem(store, projectName, configuration);
    if (problem !== undefined) {
      return { problems: new Map([[problem.field, problem.message]]) };
    }
    addPending(store, projectName, configuration);
    return {
      notice: `Added ${publisherTitle(configuration)} for ${projectName}. The first run of its job creates the project.`,
    };
  }

  #configuration(chosen: ProviderForm, form: URLSearchParams, pending: readonly string[]): PublisherConfiguration {
    const { store, requests } = this.#context;
    const identities = requests()
      .flatMap(({ identity }) => identity ?? [])
      .reverse();
    return publisherFrom(chosen.provider, entriesOf(chosen, form, false), pending, { identities, store });
  }

  #formState(path: string, values: URLSearchParams): FormState {
    const forms = this.#forms(path === accountPath);
    const chosen = forms.find(({ provider }) => provider === values.get('provider')) ?? forms[0];
    const notice = this.#notices.get(path);
    this.#notices.delete(path);
    return {
      forms,
      provider: chosen?.provider ?? '',
      entries: chosen === undefined ? {} : entriesOf(chosen, values),
      problems: new Map(),
      formToken: this.#formToken,
      notice,
    };
  }

  /** A user's pending publishers are always of gitlab.com. */
  #forms(isPending: boolean): readonly ProviderForm[] {
    const instances = this.#context.oidc.issuers.filter(
      ({ provider, isBuiltIn }) => provider === 'gitlab' && !isBuiltIn,
    );
    return providerForms(isPending ? [] : instances.map(({ issuer }) => issuer));
  }
}

function isPage(path: string): boolean {
  return (
    path === '/' ||
    path === accountPath ||
    /^\/(?:manage\/project\/[^/]+\/settings\/publishing|project\/[^/]+(?:\/[^/]+)?)\/$/.test(path)
  );
}

/** @returns `undefined` for anything but a form as browsers send it */
async function readForm(request: IndexRequest): Promise<URLSearchParams | undefined> {
  const type = request.header('content-type') ?? '';
  return /^application\/x-www-form-urlencoded(?:;|$)/i.test(type)
    ? new URLSearchParams(await readText(request.body, maximumFormBytes))
    : undefined;
}

/** Of a query or a form what belongs to the provider. */
function entriesOf({ fields }: ProviderForm, values: URLSearchParams, withProject = true): Entries {
  const shown = withProject ? [projectNameField, ...fields] : fields;
  return Object.fromEntries(shown.map(({ name, choices }) => [name, values.get(name) ?? choices?.[0] ?? '']));
}

function moved(path: string, { query }: IndexRequest): Answer {
  const rest = query.size === 0 ? '' : `?${query.toString()}`;
  return pageAnswer(301, { location: path + rest });
}

function noProject(name: string): Answer {
  return problemPage(
    404,
    'No such project',
    html`<p>This index has no project <strong>${name}</strong>. For a project that does not exist yet, enter a <a href="${accountPath}">pending publisher</a>.</p>`,
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
