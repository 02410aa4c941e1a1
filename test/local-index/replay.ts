/**
 * Replaying recorded cases against the embedded index over HTTP: every answer in the tables was given by a real PyPI
 * server to the same input. A replay returns what differs; nothing means agreement. Everything that a case expects is
 * compared, and whatever is not understood counts as a difference.
 */

import { type LocalIndex, startLocalIndex } from '../../src/local-index/server.ts';
import { Differences, type Json } from './replay-differences.ts';
import { basic, type HttpAnswer, send, sendForm, uploadParts } from './replay-http.ts';
import { claimsFor, makeToken, resolveValues } from './replay-identity.ts';
import { compareMint, isNewerThanRecording, postMint, postRaw } from './replay-mint.ts';
import { compareRead } from './replay-read.ts';
import { changeState, prepareState, publishersOf } from './replay-state.ts';
import {
  codeOf,
  compareUpload,
  narrowed,
  type RecordedFile,
  sendRecordedUpload,
  tampered,
  tokenOfKind,
} from './replay-upload.ts';
import { sdist } from './sample-distributions.ts';

export interface RecordedCase {
  readonly id: string;
  readonly rule: string;
  readonly given: Json;
  readonly steps: readonly Json[];
  readonly state_after?: Json;
}

/** Time passes between two steps, as it did at the recording. */
const stepMs = 20;

/** One case on an index of its own. */
export class Replay {
  readonly #differences = new Differences();
  readonly #case: RecordedCase;
  readonly #folder: string;
  readonly #files: Readonly<Record<string, RecordedFile>>;
  readonly #identities = new Map<number, string>();
  readonly #tokens = new Map<number, string>();
  readonly #stored = new Set<string>();
  #nowMs = Date.UTC(2026, 8, 1, 12, 0, 0);
  #mintedToken: string | undefined;

  constructor(recorded: RecordedCase, folder: string, files: Readonly<Record<string, RecordedFile>> = {}) {
    this.#case = recorded;
    this.#folder = folder;
    this.#files = files;
  }

  async run(): Promise<Differences> {
    const { given, steps } = this.#case;
    this.#differences.nothingLeft(
      'case',
      { ...this.#case },
      'id rule note given steps state_after observed_in_seven_runs'.split(' '),
    );
    const index = await startLocalIndex({ now: () => this.#nowMs, publishers: publishersOf(given) });
    try {
      prepareState(index, given, this.#differences);
      for (const [position, step] of steps.entries()) {
        this.#nowMs += stepMs;
        await this.#step(index, step, position);
      }
      this.#compareState(index);
    } catch (error) {
      this.#differences.found.push(`${error instanceof Error ? error.message : String(error)}`);
    } finally {
      await index.close();
    }
    return this.#differences;
  }

  get #nowSeconds(): number {
    return Math.floor(this.#nowMs / 1000);
  }

  async #step(index: LocalIndex, step: Json, position: number): Promise<void> {
    const place = `step ${position}`;
    const expected = (step['expected'] ?? {}) as Json;
    const parallel = step['parallel'];
    if (Array.isArray(parallel)) {
      await this.#parallelUploads(index, step, parallel as Json[], place);
    } else if (typeof parallel === 'number') {
      await this.#parallelMints(index, step, parallel, place);
    } else if (typeof step['mint'] === 'string') {
      this.#mintedToken = await this.#mintDefault(index);
    } else if ('mint' in step || 'mint_same_token_as_step' in step) {
      const token =
        'mint' in step
          ? makeToken(step['mint'] as Json, this.#nowSeconds)
          : (this.#identities.get(Number(step['mint_same_token_as_step'])) ?? '');
      this.#identities.set(position, token);
      this.#compareMint(place, index, await postMint(index, token), expected, position);
    } else if ('raw' in step) {
      const raw = step['raw'] as Json;
      this.#differences.nothingLeft(place, raw, ['body', 'content_type', 'path', 'method', 'token']);
      const answer = await postRaw(index, raw, this.#nowSeconds);
      if (isNewerThanRecording(raw, answer, expected)) {
        this.#differences.notes.push('answers 202 where the recorded server had no address for giving tokens back yet');
      } else {
        this.#compareMint(place, index, answer, expected, position);
      }
    } else if ('audience' in step) {
      const method = String((step['audience'] as Json)['method'] ?? 'GET');
      compareRead(place, await send(`${index.url}/_/oidc/audience`, method, {}), expected, this.#differences);
    } else if ('read' in step) {
      const { method, path, accept } = step['read'] as Json;
      const headers: Record<string, string> = typeof accept === 'string' ? { accept } : {};
      const answer = await send(index.url + String(path), String(method), headers);
      compareRead(place, answer, expected, this.#differences);
    } else if ('state' in step || 'set' in step) {
      changeState(index, (step['state'] ?? step['set']) as Json, this.#differences);
    } else if ('upload' in step) {
      const described = step['upload'] as Json;
      const isMade = 'token_of_step' in described;
      const answer = isMade ? await this.#uploadMade(index, described) : await this.#upload(index, described);
      compareUpload(place, answer, expected, this.#differences);
    } else {
      this.#differences.found.push(`${place}: ${Object.keys(step).join()} is not understood`);
    }
  }

  #compareMint(place: string, index: LocalIndex, answer: HttpAnswer, expected: Json, position: number): void {
    const givenIds = ((this.#case.given['publishers'] ?? []) as Json[]).map((item) => String(item['id']));
    const context = { index, differences: this.#differences, givenIds, nowSeconds: this.#nowSeconds };
    const token = compareMint(place, answer, expected, context);
    if (token !== undefined) {
      this.#tokens.set(position, token);
    }
  }

  /**
   * Uploads at the same moment. Which of them win depends on timing; firm is that one does, and that exactly the
   * accepted files are stored. The recorded number of files belongs to the recorded outcome.
   */
  async #parallelUploads(index: LocalIndex, step: Json, uploads: readonly Json[], place: string): Promise<void> {
    this.#differences.nothingLeft(place, step, ['parallel', 'expected_any_order', 'stored_afterwards']);
    const answers = await Promise.all(uploads.map((item) => this.#upload(index, item)));
    const statuses = answers.map((answer) => answer.status).sort();
    if (!statuses.includes(200)) {
      this.#differences.found.push(`${place}: no success among ${statuses.join(' ')}`);
    }
    for (const answer of answers) {
      const code = codeOf(answer) ?? '';
      if (answer.status !== 200 && !/^400 (?:File already exists|This filename was previously used)/.test(code)) {
        this.#differences.found.push(`${place}: ${answer.status} ${code}`);
      }
    }
    const stored = this.#fileCount(index);
    this.#differences.equal(`${place}, stored files`, await stored, this.#stored.size);
    const recorded = (step['expected_any_order'] as Json[]).map((item) => Number(item['status'])).sort();
    if (recorded.join() === statuses.join()) {
      this.#differences.equal(`${place}, stored afterwards`, await stored, step['stored_afterwards']);
    }
  }

  async #fileCount(index: LocalIndex): Promise<number> {
    let count = 0;
    for (const project of index.control.projectNames()) {
      const accept = 'application/vnd.pypi.simple.v1+json';
      const answer = await send(`${index.simpleUrl}${project}/`, 'GET', { accept });
      count += (JSON.parse(answer.text) as { files: unknown[] }).files.length;
    }
    return count;
  }

  /** The same exchange several times at once: as many succeed as recorded; what the others are told is timing. */
  async #parallelMints(index: LocalIndex, step: Json, times: number, place: string): Promise<void> {
    this.#differences.nothingLeft(place, step, ['parallel', 'expected_any_order', 'mint']);
    const token = makeToken(step['mint'] as Json, this.#nowSeconds);
    const answers = await Promise.all(Array.from({ length: times }, () => postMint(index, token)));
    const recorded = step['expected_any_order'] as Json[];
    const successes = answers.filter((answer) => answer.status === 200);
    const wanted = recorded.filter((item) => item['status'] === 200);
    this.#differences.equal(`${place}, successes`, successes.length, wanted.length);
    for (const [index_, answer] of successes.entries()) {
      this.#compareMint(place, index, answer, wanted[index_] ?? {}, -1);
    }
    for (const answer of answers.filter((item) => item.status !== 200)) {
      this.#differences.equal(`${place}, status`, answer.status, 422);
    }
  }

  #compareState(index: LocalIndex): void {
    const expected = this.#case.state_after;
    if (expected === undefined) {
      return;
    }
    this.#differences.nothingLeft('state', expected, ['projects', 'pending_publishers', 'publishers']);
    const { control } = index;
    const publishers = control.publishers().map(({ projects }) => [...projects].sort());
    const byText = (left: unknown, right: unknown) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1);
    this.#differences.equal('projects afterwards', control.projectNames().sort(), expected['projects']);
    this.#differences.equal('pending afterwards', control.pendingCount(), expected['pending_publishers']);
    this.#differences.equal('publishers afterwards', publishers.sort(byText), expected['publishers']);
  }

  async #uploadMade(index: LocalIndex, described: Json): Promise<HttpAnswer> {
    const known = ['token_of_step', 'name', 'version', 'narrow', 'tamper', 'auth'];
    this.#differences.nothingLeft('upload', described, known);
    let token = this.#tokens.get(Number(described['token_of_step'])) ?? '';
    for (const caveat of (described['narrow'] ?? []) as unknown[]) {
      token = narrowed(token, JSON.stringify(resolveValues(caveat, this.#nowSeconds)));
    }
    if (described['tamper'] !== undefined && described['tamper'] !== false) {
      token = tampered(token);
    }
    const made = sdist(String(described['name']), String(described['version']));
    const fields = [
      ['metadata_version', '2.1'],
      ['name', made.name],
      ['version', made.version],
    ] as const;
    const authorization =
      described['auth'] === undefined ? basic(token) : String(described['auth']).replaceAll('$token', token);
    const parts = [{ name: ':action', value: 'file_upload' }, ...(await uploadParts(made, fields))];
    return await sendForm(index.uploadUrl, 'POST', { authorization, accept: 'application/json' }, parts);
  }

  async #upload(index: LocalIndex, described: Json): Promise<HttpAnswer> {
    const token = await tokenOfKind(
      String(described['token'] ?? 'user'),
      index,
      this.#nowSeconds,
      () => this.#mintDefault(index),
      async () => {
        this.#mintedToken ??= await this.#mintDefault(index);
        return this.#mintedToken;
      },
    );
    const answer = await sendRecordedUpload(index, described, this.#files, this.#folder, token, this.#differences);
    if (answer.status === 200) {
      this.#stored.add(String(described['as'] ?? this.#files[String(described['file'])]?.filename));
    }
    return answer;
  }

  async #mintDefault(index: LocalIndex): Promise<string> {
    const [publisher] = (this.#case.given['publishers'] ?? []) as Json[];
    const claims = claimsFor(publisher ?? {});
    const header = { alg: 'RS256', typ: 'JWT', kid: 'k1' };
    const answer = await postMint(index, makeToken({ header, claims, signature: 'valid' }, this.#nowSeconds));
    if (answer.status !== 200) {
      throw new Error(`The token for the case was not minted: ${answer.text}`);
    }
    return (JSON.parse(answer.text) as { token: string }).token;
  }
}
