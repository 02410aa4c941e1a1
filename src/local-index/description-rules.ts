/**
 * Whether PyPI could render a description, as far as that is known without rendering: plain text always can, Markdown
 * unless nothing of it is left, reStructuredText not if it is only white space. Otherwise reStructuredText is taken as it
 * is, though PyPI refuses it for any warning: this index has no docutils.
 */

import { helpText, Refusal } from './answers.ts';

/** @throws {Refusal} 400 for a description of which nothing would be shown. */
export function checkDescription(description: string, contentType: string | undefined): void {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? 'text/x-rst';
  const shown = type === 'text/markdown' ? withoutLinkDefinitions(description) : description;
  if (description === '' || type === 'text/plain' || shown.trim() !== '') {
    return;
  }
  const how =
    contentType === undefined ? 'render in the default format of reStructuredText' : `render for '${contentType}'`;
  throw new Refusal(400, `The description failed to ${how}. ${helpText('description-content-type')}`);
}

/** `[label]: address "title"` on a line of its own shows nothing. */
function withoutLinkDefinitions(text: string): string {
  return text.replaceAll(/^ {0,3}\[[^\]\n]+\]:[ \t]*\S+(?:[ \t]+(?:"[^"\n]*"|'[^'\n]*'|\([^)\n]*\)))?[ \t]*$/gm, '');
}
