/**
 * Replaying recorded cases against the embedded index over HTTP: every answer in the tables was given by a real PyPI
 * server to the same input. A replay returns what differs; nothing means agreement.
 */

import { createHash, createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { deserializeMacaroon, narrowMacaroon, serializeMacaroon } from '../../src/local-index/macaroon.ts';
import type { Publisher } from '../../src/local-index/publishers.ts';
import { type LocalIndex, startLocalIndex } from '../../src/local-index/server.ts';
import type { Flag, Lifecycle } from '../../src/local-index/store.ts';
import { basic, blake2b256, sdist, sha256 } from './support.ts';

type Json = Readonly<Record<string, unknown>>;

export interface RecordedCase {
  readonly id: string;
  readonly rule: string;
  readonly given: Json;
  readonly steps: readonly Json[];
}

export interface RecordedFile {
  readonly filename: string;
  readonly file: string;
  readonly fields: ReadonlyArray<readonly [string, string]>;
}

interface HttpAnswer {
  readonly status: number;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

/** The time at which every case happens. */
const nowMs = Date.UTC(2026, 8, 1, 12, 0, 0);
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const otherKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ellipticKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** Publishers of the tables carry the server's column names. */
export function publisherFrom(recorded: Json, pending: readonly string[] = []): Publisher {
  const text = (name: string) => String(recorded[name] ?? '');
  const projects = pending.length > 0 ? [] : (recorded['projects'] as string[]);
  const common = { ...(pending.length > 0 ? {} : { id: text('id') }), projects: [...projects], pending: [...pending] };
  const environment = text('environment');
  switch (recorded['kind']) {
    case 'github':
      return {
        provider: 'github',
        owner: text('repository_owner'),
        owner_id: text('repository_owner_id'),
        repository: text('repository_name'),
        workflow_filename: text('workflow_filename'),
        environment,
        ...common,
      };
    case 'gitlab':
      return {
        provider: 'gitlab',
        namespace: text('namespace'),
        project: text('project'),
        workflow_filepath: text('workflow_filepath'),
        issuer_url: text('issuer_url'),
        environment,
        ...common,
      };
    case 'google':
      return { provider: 'google', email: text('email'), sub: text('sub'), ...common };
    default:
      return {
        provider: 'activestate',
        organization: text('organization'),
        project: text('activestate_project_name'),
        actor: text('actor'),
        actor_id: text('actor_id'),
        ...common,
      };
  }
}

/** One case on an index of its own. */
export class Replay {
  readonly differences: string[] = [];
  readonly #case: RecordedCase;
  readonly #folder: string;
  readonly #files: Readonly<Record<string, RecordedFile>>;
  readonly #identities = new Map<number, string>();
  readonly #tokens = new Map<number, string>();
  #mintedToken: string | undefined;

  constructor(recorded: RecordedCase, folder: string, files: Readonly<Record<string, RecordedFile>> = {}) {
    this.#case = recorded;
    this.#folder = folder;
    this.#files = files;
  }

  async run(): Promise<readonly string[]> {
    const { given, steps } = this.#case;
    const publishers = ((given['publishers'] ?? []) as Json[]).map((item) => publisherFrom(item));
    const pending = ((given['pending_publishers'] ?? []) as Json[]).map((item) =>
      publisherFrom(item, [String(item['project_name'])]),
    );
    const index = await startLocalIndex({ now: () => nowMs, publishers: [...publishers, ...pending] });
    try {
      this.#prepare(index);
      for (const [position, step] of steps.entries()) {
        await this.#step(index, step, position);
      }
    } finally {
      await index.close();
    }
    return this.differences;
  }

  #prepare(index: LocalIndex): void {
    const { given } = this.#case;
    index.control.setOwner({ name: 'alice' });
    for (const name of (given['projects'] ?? []) as string[]) {
      index.control.createProject(name);
    }
    for (const flag of (given['flags'] ?? []) as Flag[]) {
      index.control.setFlag(flag);
    }
    for (const name of (given['prohibited_names'] ?? []) as string[]) {
      index.control.prohibitName(name);
    }
    for (const [project, lifecycle] of Object.entries((given['lifecycle'] ?? {}) as Record<string, string>)) {
      index.control.setLifecycle(project, lifecycleFrom(lifecycle));
    }
    for (const spent of (given['spent_jti'] ?? []) as { iss: string; jti: string }[]) {
      index.control.spendIdentityToken(spent.iss, spent.jti);
    }
    const jwk = { ...keys.publicKey.export({ format: 'jwk' }), kid: 'k1' };
    const custom = (given['custom_issuers'] ?? []) as { type: 'github' | 'gitlab'; issuer_url: string }[];
    for (const { type, issuer_url: issuer } of custom) {
      index.control.trustIssuer(type, issuer, [jwk]);
    }
    index.control.trustIssuer('github', 'https://token.actions.githubusercontent.com', [jwk]);
    index.control.trustIssuer('gitlab', 'https://gitlab.com', [jwk]);
    index.control.trustIssuer('google', 'https://accounts.google.com', [jwk]);
    index.control.trustIssuer('activestate', 'https://platform.activestate.com/api/v1/oauth/oidc', [jwk]);
  }

  async #step(index: LocalIndex, step: Json, position: number): Promise<void> {
    const expected = step['expected'] as Json | undefined;
    const parallel = step['parallel'];
    if (Array.isArray(parallel)) {
      const answers = await Promise.all(parallel.map((item: Json) => this.#uploadRecorded(index, item)));
      if (!answers.some((answer) => answer.status === 200)) {
        this.#differ(position, 'no success', answers.map((answer) => answer.status).join(' '));
      }
    } else if (typeof parallel === 'number') {
      const token = makeToken(step['mint'] as Json);
      const answers = await Promise.all(Array.from({ length: parallel }, () => postMint(index, token)));
      this.#equal(position, 'successes', answers.filter((answer) => answer.status === 200).length, 1);
    } else if (typeof step['mint'] === 'string') {
      this.#mintedToken = await mintDefault(index);
    } else if ('mint' in step || 'mint_same_token_as_step' in step) {
      const token =
        'mint' in step
          ? makeToken(step['mint'] as Json)
          : (this.#identities.get(Number(step['mint_same_token_as_step'])) ?? '');
      this.#identities.set(position, token);
      this.#compareMint(position, await postMint(index, token), expected ?? {});
    } else if ('raw' in step) {
      const raw = step['raw'] as Json;
      const token = raw['token'] === undefined ? '' : makeToken(raw['token'] as Json);
      const body = String(raw['body']).replaceAll('$jwt', token);
      const path = String(raw['path'] ?? '/_/oidc/mint-token');
      const headers = { 'content-type': String(raw['content_type'] ?? 'application/json') };
      const answer = await send(index, String(raw['method'] ?? 'POST'), path, headers, body);
      this.#compareMint(position, answer, expected ?? {});
    } else if ('audience' in step) {
      const method = String((step['audience'] as Json)['method'] ?? 'GET');
      const answer = await send(index, method, '/_/oidc/audience', {});
      this.#compareRead(position, answer, expected ?? {});
    } else if ('read' in step) {
      const read = step['read'] as Json;
      const accept = read['accept'] as string | null | undefined;
      const headers = typeof accept === 'string' ? { accept } : {};
      const answer = await send(index, String(read['method']), String(read['path']), headers);
      this.#compareRead(position, answer, expected ?? {});
    } else if ('state' in step || 'set' in step) {
      this.#change(index, (step['state'] ?? step['set']) as Json);
    } else if ('upload' in step) {
      const described = step['upload'] as Json;
      const answer =
        'token_of_step' in described
          ? await this.#uploadMade(index, described)
          : await this.#uploadRecorded(index, described);
      this.#compareUpload(position, answer, expected ?? {});
    }
  }

  #compareMint(position: number, answer: HttpAnswer, expected: Json): void {
    this.#equal(position, 'status', answer.status, expected['status']);
    if (expected['content_type'] !== undefined) {
      this.#equal(position, 'content type', answer.headers['content-type'], expected['content_type']);
    }
    if (expected['code'] !== undefined) {
      const body = JSON.parse(answer.text) as { message?: string; errors?: { code: string; description: string }[] };
      this.#equal(position, 'message', body.message, expected['message']);
      this.#equal(position, 'code', body.errors?.[0]?.code, expected['code']);
      const description = String(expected['description']);
      const isPayloadText = description.startsWith('1 validation error for TokenPayload');
      const firm = isPayloadText ? '1 validation error for TokenPayload' : (description.split('<help>')[0] ?? '');
      const actual = body.errors?.[0]?.description ?? '';
      this.#equal(position, 'description', actual.slice(0, firm.length), firm);
    }
    if (expected['members'] !== undefined && answer.status === 200) {
      const body = JSON.parse(answer.text) as { token: string; expires: number };
      this.#equal(position, 'members', Object.keys(body).sort().join(), (expected['members'] as string[]).join());
      this.#tokens.set(position, body.token);
      const caveats = deserializeMacaroon(body.token)?.caveats.map((text) => JSON.parse(text) as unknown[]) ?? [];
      const wanted = expected['caveats'] as unknown[][];
      this.#equal(position, 'caveat numbers', caveats.map(([tag]) => tag).join(), wanted.map(([tag]) => tag).join());
      const publisher = String(wanted[0]?.[1]).slice('<publisher '.length, -1);
      if (publisher !== 'converted from pending') {
        this.#equal(position, 'publisher', caveats[0]?.[1], publisher);
      }
      const projects = (caveats[1]?.[1] as string[] | undefined)?.length;
      this.#equal(position, 'projects', projects, (wanted[1]?.[1] as string[] | undefined)?.length);
      this.#equal(position, 'life', Number(caveats[2]?.[1]) - Number(caveats[2]?.[2]), 900);
    }
  }

  #compareUpload(position: number, answer: HttpAnswer, expected: Json): void {
    this.#equal(position, 'status', answer.status, expected['status']);
    if (expected['allow'] !== undefined) {
      this.#equal(position, 'allow', answer.headers['allow'], expected['allow']);
    }
    for (const [name, actual] of [
      ['code', codeOf(answer)],
      ['reason', answer.reason],
      ['body', answer.text],
    ] as const) {
      const wanted = expected[name];
      if (typeof wanted === 'string') {
        const firm = wanted.split('<help>')[0] ?? '';
        this.#equal(position, name, actual?.slice(0, firm.length), firm);
      }
    }
    if (expected['content_type'] !== undefined) {
      this.#equal(position, 'content type', answer.headers['content-type'], expected['content_type']);
    }
  }

  #compareRead(position: number, answer: HttpAnswer, expected: Json): void {
    this.#equal(position, 'status', answer.status, expected['status']);
    this.#equal(position, 'content type', answer.headers['content-type'], expected['content_type']);
    if (expected['location'] !== undefined) {
      this.#equal(position, 'location', answer.headers['location'], expected['location']);
    }
    const start = expected['body_start'];
    if (typeof start === 'string') {
      // Site pages have a design of their own; only the kind of document is firm.
      const firm = start.startsWith('<!DOCTYPE') ? start.slice(0, '<!DOCTYPE html>'.length) : start;
      this.#equal(position, 'body', answer.text.slice(0, firm.length), firm);
    }
    if (!String(answer.headers['content-type']).includes('json') || answer.text === '') {
      return;
    }
    const document = JSON.parse(answer.text) as Json;
    if (expected['body'] !== undefined) {
      this.#equal(position, 'body', JSON.stringify(document), JSON.stringify(expected['body']));
    }
    const files = document['files'] as Json[] | undefined;
    const views: Record<string, unknown> = {
      'project-status': document['project-status'],
      versions: document['versions'],
      files: files?.map((file) => file['filename']),
      members: Object.keys(document).sort(),
      file_members: files?.[0] === undefined ? null : Object.keys(files[0]).sort(),
      urls: (document['urls'] as Json[] | undefined)?.map((file) => file['filename']),
    };
    for (const [name, actual] of Object.entries(views)) {
      if (expected[name] !== undefined) {
        this.#equal(position, name, JSON.stringify(actual), JSON.stringify(expected[name]));
      }
    }
    for (const [name, wanted] of Object.entries((expected['info'] ?? {}) as Json)) {
      this.#equal(position, `info.${name}`, (document['info'] as Json | undefined)?.[name], wanted);
    }
  }

  #change(index: LocalIndex, state: Json): void {
    const { control } = index;
    for (const [name, value] of Object.entries(state)) {
      const entries = Object.entries(value as Record<string, never>);
      switch (name) {
        case 'flags_on':
          for (const flag of value as Flag[]) {
            control.setFlag(flag);
          }
          break;
        case 'lifecycle':
          for (const [project, lifecycle] of entries) {
            control.setLifecycle(project, lifecycleFrom(lifecycle));
          }
          break;
        case 'release_age':
          for (const [version, seconds] of entries) {
            control.setReleaseAge('alpha', version, seconds * 1000);
          }
          break;
        case 'project_total_size':
          for (const [project, size] of entries) {
            control.setProjectSize(project, size);
          }
          break;
        case 'project_upload_limit':
          for (const [project, size] of entries) {
            control.raiseFileLimit(project, size);
          }
          break;
        case 'delete_file':
          control.deleteFile(String(value));
          break;
        case 'delete_release':
          control.deleteRelease('alpha', String(value));
          break;
        case 'owner_two_factor':
          control.setOwner({ hasTwoFactor: Boolean(value) });
          break;
        case 'owner_email_verified':
          control.setOwner({ hasVerifiedEmail: Boolean(value) });
          break;
        case 'owner_removed_from':
          for (const project of value as string[]) {
            control.removeOwnerFrom(project);
          }
          break;
        case 'publisher_detached_from':
        case 'detach_publisher_from':
          for (const project of value as string[]) {
            control.detachPublishers(project);
          }
          break;
        case 'owner_active':
          break;
        default:
          this.differences.push(`unknown state ${name}`);
      }
    }
  }

  async #uploadMade(index: LocalIndex, described: Json): Promise<HttpAnswer> {
    let token = this.#tokens.get(Number(described['token_of_step'])) ?? '';
    for (const caveat of (described['narrow'] ?? []) as unknown[]) {
      token = narrowed(token, JSON.stringify(resolveTimes(caveat)));
    }
    if (described['tamper'] !== undefined) {
      token = tampered(token);
    }
    const made = sdist(String(described['name']), String(described['version']));
    const fields: [string, string][] = [
      ['metadata_version', '2.1'],
      ['name', made.name],
      ['version', made.version],
    ];
    const authorization =
      described['auth'] === undefined ? basic(token) : String(described['auth']).replaceAll('$token', token);
    const parts = await formParts(made.filename, made.bytes, fields);
    return await sendForm(index, '/legacy/', parts, { authorization, accept: 'application/json' });
  }

  async #uploadRecorded(index: LocalIndex, described: Json): Promise<HttpAnswer> {
    const file = this.#files[String(described['file'])];
    const bytes = file === undefined ? Buffer.alloc(0) : readFileSync(join(this.#folder, file.file));
    const filename = String(described['as'] ?? file?.filename ?? 'alpha-1.0.tar.gz');
    let parts = await formParts(
      filename,
      bytes,
      file?.fields ?? [
        ['metadata_version', '2.1'],
        ['name', 'alpha'],
        ['version', '1.0'],
      ],
    );
    if (described['md5'] === true) {
      parts.push({ name: 'md5_digest', value: createHash('md5').update(bytes).digest('hex') });
    }
    if (described['upper_digests'] === true) {
      parts = parts.map((part) =>
        part.name.endsWith('_digest') ? { ...part, value: String(part.value).toUpperCase() } : part,
      );
    }
    for (const [name, value] of Object.entries((described['set'] ?? {}) as Record<string, string>)) {
      const existing = parts.find((part) => part.name === name);
      parts =
        existing === undefined
          ? [...parts, { name, value }]
          : parts.map((part) => (part === existing ? { ...part, value } : part));
    }
    parts = parts.filter((part) => !((described['unset'] ?? []) as string[]).includes(part.name));
    for (const [name = '', value = '', asFile] of (described['add'] ?? []) as string[][]) {
      parts.push(asFile === undefined ? { name, value } : { name, value, filename: asFile });
    }
    const action = 'action' in described ? described['action'] : 'file_upload';
    if (action !== null) {
      parts.unshift({ name: ':action', value: String(action) });
    }
    if (file === undefined) {
      parts = parts.filter((part) => part.name !== 'content');
    }
    parts = parts.map((part) => {
      if (part.name !== 'content') {
        return part;
      }
      if (described['content_is_text'] === true) {
        return { name: 'content', value: part.value };
      }
      return 'content_type' in described ? { ...part, contentType: described['content_type'] as string | null } : part;
    });
    const token = await this.#tokenOfKind(index, String(described['token'] ?? 'user'));
    const headers: Record<string, string> = {};
    const recorded = described['authorization'];
    if (typeof recorded === 'string') {
      const [scheme, user = '', ...password] = recorded.split(':');
      const credentials = `${user}:${password.join(':')}`.replaceAll('$token', token);
      headers['authorization'] =
        scheme === 'Basic'
          ? `Basic ${Buffer.from(credentials).toString('base64')}`
          : recorded.replaceAll('$token', token);
    } else if (recorded !== null) {
      headers['authorization'] = basic(token);
    }
    const accept = 'accept' in described ? described['accept'] : 'application/json';
    if (typeof accept === 'string') {
      headers['accept'] = accept;
    }
    const path = String(described['path'] ?? '/legacy/');
    return await sendForm(index, path, parts, headers, String(described['method'] ?? 'POST'));
  }

  async #tokenOfKind(index: LocalIndex, kind: string): Promise<string> {
    const user = () => index.control.createApiToken().reveal();
    const nowSeconds = Math.floor(nowMs / 1000);
    if (kind.startsWith('user, limited to project ')) {
      return index.control.createApiToken([kind.slice('user, limited to project '.length)]).reveal();
    }
    switch (kind) {
      case 'user':
        return user();
      case 'user, expired':
        return narrowed(user(), JSON.stringify([0, nowSeconds - 10, nowSeconds - 60]));
      case 'user, not yet valid':
        return narrowed(user(), JSON.stringify([0, nowSeconds + 600, nowSeconds + 300]));
      case 'user, signature altered':
        return tampered(user());
      case 'unknown identifier': {
        const macaroon = deserializeMacaroon(user());
        return macaroon === undefined ? '' : serializeMacaroon({ ...macaroon, identifier: randomUUID() });
      }
      case 'garbage':
        return 'pypi-garbage';
      case 'no prefix':
        return user().slice('pypi-'.length);
      case 'minted':
        this.#mintedToken ??= await mintDefault(index);
        return this.#mintedToken;
      case 'minted, expired':
        return narrowed(await mintDefault(index), JSON.stringify([0, nowSeconds - 10, nowSeconds - 60]));
      default:
        return '';
    }
  }

  #equal(position: number, what: string, actual: unknown, expected: unknown): void {
    if (actual !== expected) {
      this.#differ(position, `${what} ${String(expected)}`, String(actual));
    }
  }

  #differ(position: number, expected: string, actual: string): void {
    this.differences.push(`step ${position}: expected ${expected}, got ${actual}`);
  }
}

interface Part {
  readonly name: string;
  readonly value: string | Buffer;
  readonly filename?: string;
  readonly contentType?: string | null;
}

async function formParts(
  filename: string,
  bytes: Buffer,
  fields: ReadonlyArray<readonly [string, string]>,
): Promise<Part[]> {
  const isWheel = filename.endsWith('.whl');
  return [
    ...fields.map(([name, value]) => ({ name, value })),
    { name: 'protocol_version', value: '1' },
    { name: 'filetype', value: isWheel ? 'bdist_wheel' : 'sdist' },
    { name: 'pyversion', value: isWheel ? 'py3' : 'source' },
    { name: 'sha256_digest', value: sha256(bytes) },
    { name: 'blake2_256_digest', value: await blake2b256(bytes) },
    { name: 'content', value: bytes, filename },
  ];
}

async function sendForm(
  index: LocalIndex,
  path: string,
  parts: readonly Part[],
  headers: Record<string, string>,
  method = 'POST',
): Promise<HttpAnswer> {
  const withAction = parts.some((part) => part.name === ':action') || path.includes(':action');
  const all = withAction ? parts : [{ name: ':action', value: 'file_upload' }, ...parts];
  const boundary = `boundary-${randomUUID()}`;
  const chunks: Buffer[] = [];
  for (const part of all) {
    const filename = part.filename === undefined ? '' : `; filename="${part.filename}"`;
    const type = part.contentType === undefined ? 'application/octet-stream' : part.contentType;
    const typeLine = part.filename === undefined || type === null ? '' : `Content-Type: ${type}\r\n`;
    chunks.push(
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${part.name}"${filename}\r\n${typeLine}\r\n`),
      Buffer.from(part.value),
      Buffer.from('\r\n'),
    );
  }
  chunks.push(Buffer.from(`--${boundary}--\r\n`));
  return await send(
    index,
    method,
    path,
    { ...headers, 'content-type': `multipart/form-data; boundary=${boundary}` },
    Buffer.concat(chunks),
  );
}

/** A plain request with exactly these headers; fetch would add an `Accept`. */
function send(
  index: LocalIndex,
  method: string,
  path: string,
  headers: Record<string, string>,
  body: string | Buffer = '',
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(index.url + path, {
      method,
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          reason: response.statusMessage ?? '',
          headers: response.headers as Record<string, string | undefined>,
          text: Buffer.concat(chunks).toString('utf8'),
        });
      });
    });
    request.end(body);
  });
}

async function postMint(index: LocalIndex, token: string): Promise<HttpAnswer> {
  const headers = { 'content-type': 'application/json' };
  return await send(index, 'POST', '/_/oidc/mint-token', headers, JSON.stringify({ token }));
}

async function mintDefault(index: LocalIndex): Promise<string> {
  const environment = index.gitHubEnvironment();
  const headers = { authorization: `Bearer ${environment['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}` };
  const path = `${(environment['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? '').slice(index.url.length)}&audience=pypi`;
  const identity = JSON.parse((await send(index, 'GET', path, headers)).text) as { value: string };
  return (JSON.parse((await postMint(index, identity.value)).text) as { token: string }).token;
}

function codeOf(answer: HttpAnswer): string | undefined {
  try {
    return (JSON.parse(answer.text) as { code?: string }).code;
  } catch {
    return undefined;
  }
}

function lifecycleFrom(text: string): Lifecycle {
  switch (text) {
    case 'quarantine-enter':
      return 'quarantined';
    case 'archived':
    case 'archived-noindex':
      return text;
    default:
      return 'active';
  }
}

/** Times relative to now, and fresh identifiers. */
function resolveTimes(value: unknown): unknown {
  if (value === '$unique') {
    return randomUUID();
  }
  if (Array.isArray(value)) {
    return value.map(resolveTimes);
  }
  if (typeof value === 'object' && value !== null) {
    const offset = (value as Json)['$now'];
    return typeof offset === 'number'
      ? Math.floor(nowMs / 1000) + offset
      : Object.fromEntries(Object.entries(value).map(([name, member]) => [name, resolveTimes(member)]));
  }
  return value;
}

function makeToken(described: Json): string {
  const header = encode(described['header']);
  const claims = encode(resolveTimes(described['claims']));
  const input = `${header}.${claims}`;
  switch (described['signature']) {
    case 'missing-part':
      return input;
    case 'none':
      return `${input}.`;
    case 'garbage':
      return `${input}.AAAA`;
    case 'shared secret':
      return `${input}.${createHmac('sha256', 'secret').update(input).digest('base64url')}`;
    case 'unknown key':
      return `${input}.${signed(input, otherKeys.privateKey)}`;
    case 'other key type':
      return `${input}.${signed(input, ellipticKeys.privateKey)}`;
    case 'payload altered after signing': {
      const altered = encode({ ...(resolveTimes(described['claims']) as Json), altered: true });
      return `${header}.${altered}.${signed(input, keys.privateKey)}`;
    }
    default:
      return `${input}.${signed(input, keys.privateKey)}`;
  }
}

function signed(input: string, key: KeyObject): string {
  return sign('sha256', Buffer.from(input), key).toString('base64url');
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function narrowed(token: string, caveat: string): string {
  const macaroon = deserializeMacaroon(token);
  return macaroon === undefined ? '' : serializeMacaroon(narrowMacaroon(macaroon, caveat));
}

function tampered(token: string): string {
  const macaroon = deserializeMacaroon(token);
  return macaroon === undefined ? '' : serializeMacaroon({ ...macaroon, signature: Buffer.alloc(32, 1) });
}
