/**
 * Programs that stand in for the agents of CircleCI and Buildkite, as far as identity tokens go: other tools run these
 * commands to get one. They ask the index, by the variables of the simulated job.
 */

import type { CiName } from './platforms.ts';

/** A program for Node, as the text of a CommonJS file. */
export interface StandIn {
  /** What tools call it. */
  readonly command: string;
  readonly source: string;
}

/** The program that tools call on this platform; `undefined` where they ask otherwise. */
export function standInFor(ci: CiName): StandIn | undefined {
  switch (ci) {
    case 'circleci':
      return { command: 'circleci', source: program('circleci', 'run oidc get', circleCiRequest) };
    case 'buildkite':
      return { command: 'buildkite-agent', source: program('buildkite-agent', 'oidc request-token', buildkiteRequest) };
    default:
      return undefined;
  }
}

const circleCiRequest = `{
  url: env.SIMULATED_CIRCLECI_URL,
  authorization: 'Bearer ' + env.SIMULATED_CIRCLECI_TOKEN,
  body: { claims: JSON.parse(option('--claims') ?? '{}'), root_issuer: args.includes('--root-issuer') },
}`;

const buildkiteRequest = `{
  url: env.BUILDKITE_AGENT_ENDPOINT + '/jobs/' + (option('--job') ?? env.BUILDKITE_JOB_ID) + '/oidc/tokens',
  authorization: 'Token ' + env.BUILDKITE_AGENT_ACCESS_TOKEN,
  body: { audience: option('--audience') },
}`;

function program(command: string, subcommand: string, request: string): string {
  return `// Stand-in for \`${command}\`, written by \`pypi-oidc serve\`: it knows \`${command} ${subcommand}\` and nothing else.
const { env } = process;
const args = process.argv.slice(2);
const fail = (message) => {
  console.error('${command} (stand-in): ' + message);
  process.exitCode = 1;
};
const option = (name) => {
  const found = args.findIndex((arg) => arg === name || arg.startsWith(name + '='));
  return found < 0 ? undefined : args[found] === name ? args[found + 1] : args[found].slice(name.length + 1);
};
async function main() {
  if (!args.join(' ').startsWith('${subcommand}')) return fail('only \`${subcommand}\` is simulated');
  const { url, authorization, body } = ${request};
  const headers = { authorization, 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (response.status !== 200) return fail('the simulated platform answered ' + response.status + ': ' + text);
  console.log(JSON.parse(text).token);
}
main().catch((error) => fail(String(error.cause?.message ?? error.message)));
`;
}
