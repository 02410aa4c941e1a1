/**
 * Machines of Google Cloud with a service account. Their tokens come from the metadata server, which has a fixed name
 * inside Google's network; many tools take another host from `GCE_METADATA_HOST`.
 * @see https://cloud.google.com/compute/docs/instances/verifying-instance-identity
 */

import type { PublisherConfiguration } from '../publishers.ts';

/** A machine of Google Cloud, as far as its identity token shows it. */
export interface GoogleJob {
  /** Address of the service account. */
  readonly email: string;
  /** Number of the service account, 21 digits. */
  readonly subject: string;
  readonly cloudProject: string;
  readonly zone: string;
}

const identityLifetimeSeconds = 3600;

/** The machine whose service account is that of the first Google publisher, with `changes` applied. */
export function googleJob(publishers: readonly PublisherConfiguration[], changes: Partial<GoogleJob> = {}): GoogleJob {
  const publisher = publishers.find((item) => item.provider === 'google');
  return {
    email: publisher?.email ?? 'publisher@demo.iam.gserviceaccount.com',
    subject: publisher?.sub || '104242424242424242424',
    cloudProject: 'demo',
    zone: 'europe-west1-b',
    ...changes,
  };
}

/**
 * The claims of a token for the machine; there is no `jti`.
 * @param format `standard` leaves out who the account is, and PyPI then finds no publisher.
 */
export function googleClaims(
  job: GoogleJob,
  audience: string | undefined,
  nowMs: number,
  format: 'standard' | 'full' = 'full',
): Record<string, unknown> {
  const issuedAt = Math.floor(nowMs / 1000);
  const standard = {
    iss: 'https://accounts.google.com',
    aud: audience,
    azp: job.subject,
    sub: job.subject,
    iat: issuedAt,
    exp: issuedAt + identityLifetimeSeconds,
  };
  if (format === 'standard') {
    return standard;
  }
  return {
    ...standard,
    email: job.email,
    email_verified: true,
    google: {
      compute_engine: {
        instance_creation_timestamp: issuedAt - 600,
        instance_id: '4242424242424242424',
        instance_name: 'builder',
        project_id: job.cloudProject,
        project_number: 424242424242,
        zone: job.zone,
      },
    },
  };
}

/** Environment variables of the machine; `metadataHost` is host and port of a metadata server without TLS. */
export function googleVariables(job: GoogleJob, metadataHost: string): Record<string, string> {
  return {
    // google-auth for Python tries this address first; the others have the one variable.
    GCE_METADATA_HOST: metadataHost,
    GCE_METADATA_IP: metadataHost,
    GOOGLE_CLOUD_PROJECT: job.cloudProject,
  };
}
