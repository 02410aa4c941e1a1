/**
 * `/_admin/`: what no client of PyPI can do, for whoever runs the index: faults, the clock, further simulated jobs.
 *
 * Only this machine reaches the index at all. Web pages open in a browser here might, too; they cannot send JSON or
 * `DELETE` across origins without asking first, which is refused, and another name for 127.0.0.1 is not accepted.
 */

import { type Answer, jsonAnswer } from './answers.ts';
import type { IndexClock } from './clock.ts';
import type { FaultQueue } from './fault.ts';
import { parseFault } from './fault-syntax.ts';
import { type CiName, ciNames } from './jobs/platforms.ts';
import { LocalIndexError } from './local-index-error.ts';
import type { IndexRequest } from './request.ts';
import { type SimulatedJobs, startJob } from './simulated-jobs.ts';
import { readText } from './upload-form.ts';

export interface AdminContext {
  readonly clock: IndexClock;
  readonly faults: FaultQueue;
  readonly jobs: SimulatedJobs;
}

const maximumBodyBytes = 64 * 1024;

export async function answerAdmin(request: IndexRequest, context: AdminContext): Promise<Answer> {
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.header('host') ?? '')) {
    return problem(403, 'The address must be 127.0.0.1 or localhost.');
  }
  const { method, path } = request;
  switch (`${method} ${path}`) {
    case 'GET /_admin/faults':
      return faultList(context);
    case 'DELETE /_admin/faults':
      context.faults.set([]);
      return faultList(context);
    case 'GET /_admin/clock':
      return clockState(context);
    case 'POST /_admin/faults':
    case 'POST /_admin/clock':
    case 'POST /_admin/jobs':
      return await change(request, context);
    default:
      return problem(404, `There is no ${method} ${path}.`);
  }
}

async function change(request: IndexRequest, context: AdminContext): Promise<Answer> {
  if (!/^application\/json\b/i.test(request.header('content-type') ?? '')) {
    return problem(415, 'Send JSON, as `Content-Type: application/json`.');
  }
  const text = await readText(request.body, maximumBodyBytes);
  const body = parseObject(text);
  switch (request.path) {
    case '/_admin/faults':
      return addFaults(body['faults'], context);
    case '/_admin/clock':
      return moveClock(body['advanceSeconds'], context);
    default:
      return await newJob(body['ci'], context);
  }
}

function addFaults(texts: unknown, context: AdminContext): Answer {
  if (!Array.isArray(texts) || !texts.every((text) => typeof text === 'string')) {
    return problem(400, 'Send {"faults": ["upload:status=503:times=2"]}.');
  }
  try {
    context.faults.add(texts.map(parseFault));
  } catch (error) {
    if (error instanceof LocalIndexError) {
      return problem(400, `${error.message}\n${error.hint}`);
    }
    throw error;
  }
  return faultList(context);
}

function moveClock(seconds: unknown, context: AdminContext): Answer {
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || Math.abs(seconds) > 1e9) {
    return problem(400, 'Send {"advanceSeconds": 900}; a negative number moves the clock back.');
  }
  context.clock.advance(seconds * 1000);
  return clockState(context);
}

async function newJob(ci: unknown, context: AdminContext): Promise<Answer> {
  const name = ciNames.find((known): known is CiName => known === ci);
  if (name === undefined) {
    return problem(400, `Send {"ci": "gitlab"}; known are ${ciNames.join(', ')}.`);
  }
  return jsonAnswer(200, { ci: name, environment: await startJob(context, name) });
}

function faultList({ faults }: AdminContext): Answer {
  const list = faults.waiting.map(({ fault, times, skip }) => ({
    ...fault,
    times: Number.isFinite(times) ? times : 'all',
    skip,
  }));
  return jsonAnswer(200, { faults: list });
}

function clockState({ clock }: AdminContext): Answer {
  return jsonAnswer(200, { now: new Date(clock.now()).toISOString(), aheadSeconds: clock.aheadMs / 1000 });
}

function problem(status: number, message: string): Answer {
  return jsonAnswer(status, { message });
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
