/** Which names a new project may have: PyPI's rules for uploads that create a project and for pending publishers. */

import { helpText, quoted, Refusal } from './answers.ts';
import { isProjectName } from './form-fields.ts';
import { normalizeName } from './python-version.ts';
import { isStandardLibraryName } from './standard-library-names.ts';
import type { Store } from './store.ts';

/** @throws {Refusal} when the site takes no new projects (403) or the name is refused (400). */
export function checkNewProjectName(name: string, store: Store): void {
  const help = helpText('project-name');
  if (store.flags.has('disallow-new-project-registration')) {
    throw new Refusal(403, `New project registration temporarily disabled. ${helpText('admin-intervention')}`);
  }
  if (!isProjectName(name)) {
    throw new Refusal(400, `The name ${quoted(name)} is invalid.`);
  }
  if (isStandardLibraryName(normalizeName(name))) {
    const reason = 'conflict with Python Standard Library module name';
    throw new Refusal(400, `The name ${quoted(name)} isn't allowed (${reason}). ${help}`);
  }
  if (store.prohibitedNames.has(normalizeName(name))) {
    throw new Refusal(400, `The name ${quoted(name)} isn't allowed. ${help}`);
  }
  const look = lookOf(name);
  if ([...store.projects.keys()].some((existing) => lookOf(existing) === look)) {
    throw new Refusal(400, `The name ${quoted(name)} is too similar to an existing project. ${help}`);
  }
}

/** The name without what the eye does not tell apart. */
function lookOf(name: string): string {
  return name.replaceAll(/[._-]/g, '').replaceAll(/[li]/gi, '1').replaceAll(/o/gi, '0').toLowerCase();
}
