/** The frame of every page, and the headers that keep it harmless: no scripts, no frames, no caching. */

import { createHash } from 'node:crypto';
import type { Answer } from '../answers.ts';
import { type Fragment, Html, html } from './html.ts';
import { stylesheet } from './stylesheet.ts';

export interface Page {
  readonly status?: number;
  readonly title: string;
  /** Where the reader is, of the entries of the main navigation. */
  readonly current?: '/' | '/manage/account/publishing/';
  readonly content: Fragment;
}

const stylesheetHash = createHash('sha256').update(stylesheet).digest('base64');

export const pageHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=UTF-8',
  'content-security-policy':
    `default-src 'none'; style-src 'sha256-${stylesheetHash}'; img-src data:; form-action 'self'; ` +
    "frame-ancestors 'none'; base-uri 'none'",
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  // `no-referrer` would take the origin from our own forms, too.
  'referrer-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

export function pageOf({ status = 200, title, current, content }: Page): Answer {
  const link = (path: string, text: string) =>
    html`<a href="${path}"${path === current ? html` aria-current="page"` : ''}>${text}</a>`;
  const body = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${title} – embedded index</title>
<link rel="icon" href="data:,">
<style>${new Html(stylesheet)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<p class="banner">This is an <strong>embedded index for rehearsals</strong>. Nothing on it reaches PyPI.</p>
<header><a class="home" href="/"><b>pypi-oidc</b> embedded index</a>
<nav aria-label="Main">${link('/', 'Overview')} ${link('/manage/account/publishing/', 'Pending publishers')}</nav></header>
<main id="content">
${content}
</main>
</body>
</html>
`;
  return { status, headers: pageHeaders, body: body.text };
}

/** A page that says what is wrong and where to go on. */
export function problemPage(status: number, title: string, content: Fragment): Answer {
  return pageOf({ status, title, content: html`<h1>${title}</h1>\n${content}` });
}
