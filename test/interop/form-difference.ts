/** Compares two upload forms: the fields may come in any order, the values of one field may not. */

import type { FormField } from './recording-proxy.ts';

export interface FieldDifference {
  readonly field: string;
  readonly twine: readonly string[];
  readonly ours: readonly string[];
}

/** The fields whose values, or their order, are not the same. */
export function differingFields(twine: readonly FormField[], ours: readonly FormField[]): readonly FieldDifference[] {
  const names = new Set([...twine, ...ours].map(([name]) => name));
  return [...names]
    .map((field) => ({ field, twine: valuesOf(twine, field), ours: valuesOf(ours, field) }))
    .filter((difference) => JSON.stringify(difference.twine) !== JSON.stringify(difference.ours));
}

function valuesOf(form: readonly FormField[], field: string): readonly string[] {
  return form.filter(([name]) => name === field).map(([, value]) => value);
}
