/**
 * The upload endpoint, `POST /legacy/`: PyPI's checks in PyPI's order, one error per request, nothing stored unless all
 * of them pass. Messages are those of the PyPI server.
 * @see https://docs.pypi.org/api/upload/
 */

import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { type Answer, helpText, negotiatedAnswer, pageAnswer, quoted, Refusal, ServerCrash } from './answers.ts';
import type { ApiTokens, Identity } from './api-tokens.ts';
import { checkSdistLicenses, wheelMetadata, withArchive } from './archives.ts';
import { checkAttestations } from './attestation-rules.ts';
import { checkDescription } from './description-rules.ts';
import { checkFilenameShape, checkSdistFilename, checkWheelFilename } from './filename-rules.ts';
import { checkTransportFields, type Filetype, FormFields, filenameHelp } from './form-fields.ts';
import { checkMetadata } from './metadata-rules.ts';
import { checkNewProjectName } from './project-names.ts';
import { type PythonVersion, parsePythonVersion } from './python-version.ts';
import type { IndexRequest } from './request.ts';
import { filesOf, type Project, projectLimitBytes, type Release, type Store } from './store.ts';
import { type ReceivedFile, receiveUploadForm, type UploadForm } from './upload-form.ts';

const maximumReleaseAgeMs = 14 * 24 * 60 * 60 * 1000;

export interface UploadContext {
  readonly store: Store;
  readonly tokens: ApiTokens;
  readonly now: () => number;
  /** The releases that existed when the upload began; with it, whoever comes second to a new one fails, as on PyPI. */
  readonly releasesAtStart?: ReadonlySet<Release> | undefined;
}

/** Answer any request for `/legacy/`. The body is read to its end, whatever the answer. */
export async function answerUpload(request: IndexRequest, context: UploadContext): Promise<Answer> {
  const accept = request.header('accept');
  if (request.method !== 'POST') {
    return request.query.get(':action') === null
      ? pageAnswer(404)
      : negotiatedAnswer(405, accept, undefined, { headers: { allow: 'POST' } });
  }
  const form = await receiveUploadForm(request.body, request.header('content-type'), context.store.incomingDirectory);
  request.facts.upload = {
    fields: form.fields,
    filename: form.content?.filename,
    sizeBytes: form.content?.sizeBytes,
  };
  try {
    // The query wins over the body, and the last value over others.
    const action =
      request.query.getAll(':action').at(-1) ?? form.fields.findLast(([name]) => name === ':action')?.[1] ?? '';
    switch (action) {
      case 'file_upload':
        await acceptUpload(request, form, context);
        return negotiatedAnswer(200, accept);
      case 'submit':
      case 'submit_pkg_info':
        throw new Refusal(
          410,
          'Project pre-registration is no longer required or supported, upload your files instead.',
        );
      case 'doc_upload':
        throw new Refusal(
          410,
          'Uploading documentation is no longer supported, we recommend using https://readthedocs.org/.',
        );
      default:
        return pageAnswer(404);
    }
  } finally {
    if (form.content !== undefined) {
      await rm(form.content.path, { force: true });
    }
  }
}

async function acceptUpload(request: IndexRequest, form: UploadForm, context: UploadContext): Promise<void> {
  const { store, tokens } = context;
  const fields = new FormFields(form.fields);
  const strayFile = form.fileParts.find((name) => name !== 'content' && name !== 'gpg_signature');
  if (strayFile !== undefined) {
    throw new Refusal(400, `${strayFile}: Should not be a tuple.`);
  }
  if (store.flags.has('read-only')) {
    throw new Refusal(403, 'Read-only mode: Uploads are temporarily disabled.');
  }
  if (store.flags.has('disallow-new-upload')) {
    throw new Refusal(403, `New uploads are temporarily disabled. ${helpText('admin-intervention')}`);
  }
  const identity = tokens.identify(request.header('authorization'));
  const protocol = fields.last('protocol_version');
  if (protocol !== undefined && protocol !== '1') {
    throw new Refusal(400, 'Unknown protocol version.');
  }
  const filetype = checkTransportFields(fields);
  const metadata = checkMetadata(fields);
  if (form.content === undefined) {
    if (fields.first('content') !== undefined) {
      throw new Refusal(400, 'The content part has no file name; PyPI answers 500 to it.');
    }
    throw new Refusal(400, 'Upload payload does not have a file.');
  }
  const name = fields.first('name') ?? '';
  const version = parsePythonVersion(fields.first('version') ?? '');
  if (version === undefined) {
    throw new Error('The version passed its checks and does not parse.');
  }
  const upload: Upload = { name, version, filetype, fields, metadata, file: form.content, identity };
  const project = projectForUpload(upload, context);
  checkDescription(metadata['description']?.[0] ?? '', metadata['description_content_type']?.[0]);
  await storeUpload(upload, project, context);
}

interface Upload {
  readonly name: string;
  readonly version: PythonVersion;
  readonly filetype: Filetype;
  readonly fields: FormFields;
  readonly metadata: Readonly<Record<string, string[]>>;
  readonly file: ReceivedFile;
  readonly identity: Identity;
}

/** The project, or a draft of a new one that enters the store with its first file. */
function projectForUpload(upload: Upload, { store, tokens }: UploadContext): Project {
  const existing = store.project(upload.name);
  if (existing === undefined) {
    if (upload.identity.kind === 'publisher' && !store.openProjects) {
      throw new Refusal(
        400,
        'Non-user identities cannot create new projects. This was probably caused by successfully using a pending ' +
          "publisher but specifying the project name incorrectly (either in the publisher or in your project's " +
          'metadata). Please ensure that both match. See: https://docs.pypi.org/trusted-publishers/troubleshooting/',
      );
    }
    if (upload.identity.kind === 'user') {
      checkOwner(store);
    }
    checkNewProjectName(upload.name, store);
  }
  const project = existing ?? store.draftProject(upload.name);
  tokens.authorize(upload.identity, project);
  if (upload.identity.kind === 'user') {
    checkOwner(store);
  }
  return project;
}

function checkOwner(store: Store): void {
  const who = `User ${quoted(store.owner.name)}, associated with the API token used,`;
  if (!store.owner.hasVerifiedEmail) {
    throw new Refusal(
      403,
      `${who} does not have a verified primary email address. Please add a verified primary email before attempting ` +
        `to upload to PyPI. ${helpText('verified-email')}`,
    );
  }
  if (!store.owner.hasTwoFactor) {
    throw new Refusal(
      403,
      `${who} does not have two-factor authentication enabled. Please enable two-factor authentication before ` +
        `attempting to upload to PyPI. ${helpText('two-factor-authentication')}`,
    );
  }
}

async function storeUpload(
  upload: Upload,
  project: Project,
  { store, now, releasesAtStart }: UploadContext,
): Promise<void> {
  const { file, filetype } = upload;
  checkFilenameShape(file.filename, filetype);
  if (file.contentType === '' || file.contentType.startsWith('image/')) {
    throw new Refusal(400, 'Invalid distribution file.');
  }
  checkSizes(upload, project);
  checkDigests(upload);
  if (isAlreadyStored(file, store)) {
    return;
  }
  if (store.usedFilenames.has(file.filename)) {
    throw new Refusal(
      400,
      `This filename was previously used by a file that has since been deleted. Use a different version. ${filenameHelp}`,
    );
  }
  checkRelease(upload, project.releases[upload.version.key], now());
  const coreMetadata = await checkContents(upload);
  const attestations = upload.fields.last('attestations');
  const provenance =
    attestations === undefined || store.flags.has('disable-pep740')
      ? null
      : checkAttestations(attestations, upload.identity.publisher, file);
  if (coreMetadata !== undefined) {
    await writeFile(store.metadataPath(file.sha256), coreMetadata);
  }
  // From here on nothing waits: two uploads cannot get between the last look and the change.
  if (isAlreadyStored(file, store)) {
    return;
  }
  checkRelease(upload, store.project(upload.name)?.releases[upload.version.key], now());
  const present = store.project(upload.name)?.releases[upload.version.key];
  if (present !== undefined && releasesAtStart?.has(present) === false) {
    throw new ServerCrash('Two uploads create the same release.');
  }
  const { releases } = store.adoptProject(project, upload.name);
  const release = releases[upload.version.key] ?? {
    version: upload.version.text,
    createdAtMs: now(),
    metadata: { ...upload.metadata },
    files: [],
  };
  releases[upload.version.key] = release;
  store.addFile(
    release,
    {
      filename: file.filename,
      filetype,
      pythonVersion: upload.fields.first('pyversion') ?? 'source',
      sizeBytes: file.sizeBytes,
      sha256: file.sha256,
      blake2b256: file.blake2b256,
      md5: file.md5,
      uploadedAtMs: now(),
      requiresPython: upload.metadata['requires_python']?.[0] ?? null,
      metadataSha256: coreMetadata === undefined ? null : createHash('sha256').update(coreMetadata).digest('hex'),
      provenance,
      uploadedBy: upload.identity.grant?.identity ?? { user: store.owner.name },
    },
    file.path,
  );
}

function checkSizes({ file }: Upload, project: Project): void {
  const name = quoted(project.name);
  const stored = filesOf(project).reduce((sum, item) => sum + item.sizeBytes, project.extraSizeBytes);
  const left = projectLimitBytes - stored;
  // PyPI counts while it receives: the limit that is met first is the one it names.
  if (file.sizeBytes > project.fileLimitBytes && project.fileLimitBytes <= left) {
    const limit = `${Math.floor(project.fileLimitBytes / 1024 / 1024)} MB`;
    const help = helpText('file-size-limit');
    throw new Refusal(400, `File too large. Limit for project ${name} is ${limit}. ${help}`);
  }
  if (file.sizeBytes > left) {
    const limit = `${projectLimitBytes / 1024 / 1024 / 1024} GB`;
    const help = 'See https://pypi.org/help/#project-size-limit';
    throw new Refusal(400, `Project size too large. Limit for project ${name} total size is ${limit}. ${help}`);
  }
}

function checkDigests({ fields, file }: Upload): void {
  const computed = { md5_digest: file.md5, sha256_digest: file.sha256, blake2_256_digest: file.blake2b256 };
  for (const [field, digest] of Object.entries(computed)) {
    const sent = fields.first(field) ?? '';
    if (sent !== '' && sent.toLowerCase() !== digest) {
      throw new Refusal(400, 'The digest supplied does not match a digest calculated from the uploaded file.');
    }
  }
}

/**
 * True for the same bytes under the same name, which PyPI answers with success and without any change.
 * @throws {Refusal} 400 for the same name with other bytes, and for the same bytes under another name.
 */
function isAlreadyStored(file: ReceivedFile, store: Store): boolean {
  for (const stored of store.files()) {
    const isSameName = stored.filename === file.filename;
    const isSameContent = stored.blake2b256 === file.blake2b256;
    if (isSameName && isSameContent && stored.sha256 === file.sha256) {
      return true;
    }
    if (isSameName || isSameContent) {
      const described = `(${quoted(file.filename)}, with blake2_256 hash ${quoted(file.blake2b256)})`;
      throw new Refusal(400, `File already exists ${described}. ${filenameHelp}`);
    }
  }
  return false;
}

function checkRelease({ filetype }: Upload, release: Release | undefined, nowMs: number): void {
  if (release !== undefined && nowMs - release.createdAtMs > maximumReleaseAgeMs) {
    throw new Refusal(400, 'Uploading new files to releases older than 14 days is not allowed.');
  }
  if (filetype === 'sdist' && release?.files.some((stored) => stored.filetype === 'sdist') === true) {
    throw new Refusal(400, 'Only one sdist may be uploaded per release.');
  }
}

/** Archive and file name; gives the METADATA of a wheel. */
function checkContents({ file, filetype, name, version, metadata }: Upload): Promise<Buffer | undefined> {
  const { filename } = file;
  const licenseFiles = metadata['license_file'] ?? [];
  return withArchive(file.path, filename, (archive) => {
    if (filetype === 'sdist') {
      checkSdistFilename(filename, name, version);
      checkSdistLicenses(archive, filename, licenseFiles);
      return undefined;
    }
    checkWheelFilename(filename, name, version);
    const coreMetadata = wheelMetadata(archive, filename, licenseFiles);
    if (Buffer.byteLength(`${filename}.metadata`) > 255) {
      throw new Refusal(400, `Filename is too long: ${quoted(filename)}`);
    }
    return coreMetadata;
  });
}
