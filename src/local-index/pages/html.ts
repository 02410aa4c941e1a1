/** HTML as values: a tagged template that escapes whatever is put into it, unless it is HTML already. */

import { escapeHtml } from '../answers.ts';

/** Markup that is safe to put into a page. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: text is escaped, `undefined` is nothing, lists are joined. */
export type Fragment = Html | string | number | undefined | readonly Fragment[];

/** Attribute values must stand in double quotes. */
export function html(strings: TemplateStringsArray, ...values: readonly Fragment[]): Html {
  let text = strings[0] ?? '';
  for (const [index, value] of values.entries()) {
    text += render(value) + (strings[index + 1] ?? '');
  }
  return new Html(text);
}

function render(fragment: Fragment): string {
  if (fragment instanceof Html) {
    return fragment.text;
  }
  if (typeof fragment === 'object') {
    return fragment.map(render).join('');
  }
  return fragment === undefined ? '' : escapeHtml(String(fragment));
}
