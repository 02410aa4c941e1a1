/** Read-back requests of replayed cases. */

import type { Differences, Json } from './replay-differences.ts';
import type { HttpAnswer } from './replay-http.ts';

const known =
  'status content_type location body body_start project-status versions files members file_members urls info ' +
  'api-version';

export function compareRead(place: string, answer: HttpAnswer, expected: Json, differences: Differences): void {
  differences.nothingLeft(place, expected, known.split(' '));
  differences.equal(`${place}, status`, answer.status, expected['status']);
  for (const name of ['content_type', 'location']) {
    if (expected[name] !== undefined) {
      differences.equal(`${place}, ${name}`, answer.headers[name.replace('_', '-')], expected[name]);
    }
  }
  const start = expected['body_start'];
  if (typeof start === 'string') {
    differences.text(`${place}, beginning`, answer.text, `${start}<help>`);
  }
  const document = parse(answer.text);
  const body = expected['body'];
  if (typeof body === 'string') {
    differences.text(`${place}, body`, answer.text, body);
  } else if (body !== undefined) {
    differences.equal(`${place}, body`, document, body);
  }
  const files = document['files'] as Json[] | undefined;
  const views: Json = {
    'api-version': (document['meta'] as Json | undefined)?.['api-version'],
    'project-status': document['project-status'],
    versions: document['versions'],
    files: files?.map((file) => file['filename']),
    members: Object.keys(document).sort(),
    file_members: files?.[0] === undefined ? null : Object.keys(files[0]).sort(),
    urls: (document['urls'] as Json[] | undefined)?.map((file) => file['filename']),
  };
  for (const [name, actual] of Object.entries(views)) {
    if (expected[name] !== undefined) {
      differences.equal(`${place}, ${name}`, actual, expected[name]);
    }
  }
  for (const [name, wanted] of Object.entries((expected['info'] ?? {}) as Json)) {
    differences.equal(`${place}, info.${name}`, (document['info'] as Json | undefined)?.[name], wanted);
  }
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}
