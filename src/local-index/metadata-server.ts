/**
 * Google's metadata server, as far as identities go: what machines of Google Cloud ask for tokens, and what Google's
 * libraries want to see first.
 * @see https://cloud.google.com/compute/docs/metadata/querying-metadata
 */

import { type Answer, jsonAnswer, textAnswer } from './answers.ts';
import type { Fault } from './fault.ts';
import type { IndexRequest } from './request.ts';
import type { SimulatedJobs } from './simulated-jobs.ts';

const root = '/computeMetadata/v1/';
const headers = { 'metadata-flavor': 'Google', server: 'Metadata Server for VM' };

/** Also `GET /` with the header: so libraries ask whether there is a metadata server at all. */
export function isMetadataRequest({ path, header }: Pick<IndexRequest, 'path' | 'header'>): boolean {
  return path.startsWith(root) || (path === '/' && header('metadata-flavor') !== undefined);
}

export async function answerMetadata(
  request: IndexRequest,
  jobs: SimulatedJobs,
  fault: Fault | undefined,
): Promise<Answer> {
  if (request.method !== 'GET') {
    return answer(405, 'Method not allowed');
  }
  // Whoever was tricked into asking cannot add this header, and a proxy in between adds the other.
  if (request.header('metadata-flavor') !== 'Google' || request.header('x-forwarded-for') !== undefined) {
    return answer(403, 'Missing required header "Metadata-Flavor": "Google"', 'text/html; charset=UTF-8');
  }
  const { email, cloudProject, zone } = jobs.machine();
  const [, account, what] = /^instance\/service-accounts\/([^/]+)\/(.*)$/.exec(request.path.slice(root.length)) ?? [];
  if (account === 'default' || account === email) {
    return await accountAnswer(request, what, jobs, fault);
  }
  const values: Readonly<Record<string, string>> = {
    '': 'instance/\nproject/\n',
    'instance/service-accounts/': `default/\n${email}/\n`,
    'instance/zone': `projects/424242424242/zones/${zone}`,
    'project/project-id': cloudProject,
  };
  const value = values[request.path.slice(root.length)];
  return value === undefined ? answer(404, 'Not Found') : answer(200, value);
}

async function accountAnswer(
  request: IndexRequest,
  what: string | undefined,
  jobs: SimulatedJobs,
  fault: Fault | undefined,
): Promise<Answer> {
  const { email } = jobs.machine();
  switch (what) {
    case '': {
      const scopes = ['https://www.googleapis.com/auth/cloud-platform'];
      const all = jsonAnswer(200, { aliases: ['default'], email, scopes });
      return request.query.get('recursive') === 'true'
        ? { ...all, headers: { ...headers, ...all.headers } }
        : answer(200, 'aliases\nemail\nidentity\nscopes\n');
    }
    case 'email':
      return answer(200, email);
    case 'identity': {
      const audience = request.query.get('audience') ?? '';
      request.facts.audience = audience;
      if (audience === '') {
        return answer(400, 'non-empty audience parameter required');
      }
      const format = request.query.get('format') === 'full' ? 'full' : 'standard';
      return answer(200, await jobs.machineToken(audience, format, fault), 'text/html');
    }
    default:
      return answer(404, 'Not Found');
  }
}

function answer(status: number, text: string, type = 'application/text'): Answer {
  return { ...textAnswer(status, text), headers: { ...headers, 'content-type': type } };
}
