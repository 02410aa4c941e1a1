/**
 * Attestations of an upload (PEP 740): everything that PyPI checks except the Sigstore signature. Each attestation that
 * fits the file is accepted, as PyPI's own development mode does.
 * @see https://peps.python.org/pep-0740/
 */

import * as z from 'zod/mini';
import { Refusal } from './answers.ts';
import type { ActivePublisher } from './store.ts';

const base64 = z.string().check(z.regex(/^[A-Za-z0-9+/]*={0,2}$/));
const attestationSchema = z.object({
  version: z.literal(1),
  verification_material: z.object({
    certificate: base64,
    transparency_entries: z.array(z.record(z.string(), z.unknown())).check(z.minLength(1)),
  }),
  envelope: z.object({ statement: base64, signature: base64 }),
});
const statementSchema = z.object({
  subject: z.array(z.object({ name: z.string(), digest: z.record(z.string(), z.string()) })).check(z.length(1)),
  predicateType: z.string(),
});
const predicateTypes = ['https://docs.pypi.org/attestations/publish/v1', 'https://slsa.dev/provenance/v1'];
const maximumAttestations = 2;

/**
 * Check the `attestations` field.
 * @returns the provenance object that the integrity API serves.
 * @throws {Refusal} 400 that begins `Invalid attestations supplied during upload`.
 */
export function checkAttestations(
  text: string,
  publisher: ActivePublisher | undefined,
  file: { readonly filename: string; readonly sha256: string },
): unknown {
  if (publisher === undefined) {
    throw invalid('Attestations are only supported when using Trusted Publishing');
  }
  if (publisher.configuration.provider === 'activestate') {
    throw invalid('Attestations are not currently supported with ActiveState publishers');
  }
  const attestations = parseAttestations(text);
  if (attestations.length === 0) {
    throw invalid('Malformed attestations: an empty attestation set is not permitted');
  }
  if (attestations.length > maximumAttestations) {
    throw invalid(`A maximum of ${maximumAttestations} attestations per file are supported`);
  }
  const seen = new Set<string>();
  for (const attestation of attestations) {
    const type = predicateTypeFor(attestation.envelope.statement, file);
    if (!predicateTypes.includes(type)) {
      throw invalid(`Attestation with unsupported predicate type: ${type}`);
    }
    if (seen.has(type)) {
      throw invalid(`Multiple attestations for the same file with the same predicate type: ${type}`);
    }
    seen.add(type);
  }
  return {
    version: 1,
    attestation_bundles: [{ publisher: publisherIdentity(publisher), attestations: JSON.parse(text) }],
  };
}

function parseAttestations(text: string): z.infer<typeof attestationSchema>[] {
  try {
    return z.parse(z.array(attestationSchema), JSON.parse(text));
  } catch {
    throw invalid('Malformed attestations: the field is not a list of attestation objects');
  }
}

function predicateTypeFor(statement: string, file: { readonly filename: string; readonly sha256: string }): string {
  let parsed: z.infer<typeof statementSchema>;
  try {
    parsed = z.parse(statementSchema, JSON.parse(Buffer.from(statement, 'base64').toString('utf8')));
  } catch {
    throw invalid('Could not verify the uploaded artifact: invalid statement');
  }
  const [subject] = parsed.subject;
  if (subject?.name !== file.filename) {
    throw invalid('Could not verify the uploaded artifact: subject does not match distribution name');
  }
  if (subject.digest['sha256'] !== file.sha256) {
    throw invalid('Could not verify the uploaded artifact: subject does not match distribution digest');
  }
  return parsed.predicateType;
}

function publisherIdentity({ configuration }: ActivePublisher): Record<string, unknown> {
  switch (configuration.provider) {
    case 'github':
      return {
        kind: 'GitHub',
        repository: `${configuration.owner}/${configuration.repository}`,
        workflow: configuration.workflow_filename,
        environment: configuration.environment === '' ? null : configuration.environment,
      };
    case 'gitlab':
      return {
        kind: 'GitLab',
        repository: `${configuration.namespace}/${configuration.project}`,
        workflow_filepath: configuration.workflow_filepath,
        environment: configuration.environment === '' ? null : configuration.environment,
      };
    case 'google':
      return { kind: 'Google', email: configuration.email };
    case 'activestate':
      return { kind: 'ActiveState' };
    default:
      return configuration satisfies never;
  }
}

function invalid(detail: string): Refusal {
  return new Refusal(400, `Invalid attestations supplied during upload: ${detail}`);
}
