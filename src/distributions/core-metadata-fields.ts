/**
 * Every field of the core metadata, with what this program does with it.
 *
 * @see Core metadata specifications, packaging.python.org; PEP 241, 314, 345, 566, 643, 685, 639 and 794.
 */

export type CoreMetadataField =
  | 'Metadata-Version'
  | 'Name'
  | 'Version'
  | 'Dynamic'
  | 'Platform'
  | 'Supported-Platform'
  | 'Summary'
  | 'Description'
  | 'Description-Content-Type'
  | 'Keywords'
  | 'Home-page'
  | 'Download-URL'
  | 'Author'
  | 'Author-email'
  | 'Maintainer'
  | 'Maintainer-email'
  | 'License'
  | 'License-Expression'
  | 'License-File'
  | 'Classifier'
  | 'Requires-Dist'
  | 'Requires-Python'
  | 'Requires-External'
  | 'Project-URL'
  | 'Provides-Extra'
  | 'Provides-Dist'
  | 'Obsoletes-Dist'
  | 'Requires'
  | 'Provides'
  | 'Obsoletes'
  | 'Import-Name'
  | 'Import-Namespace';

export interface CoreMetadataFieldDefinition {
  /** Name of the field in the upload form; only two of the repeated ones are plural there. */
  readonly formField: string;
  /** `many`: the header may be repeated, and the form field is. */
  readonly cardinality: 'one' | 'many';
  /** First metadata version that knows the field. */
  readonly since: MetadataVersion;
  /**
   * What a line break inside the header means. `text`: a line of the text, whose indentation is not; `layout`: white
   * space, as in the specification's examples of long author lists; `kept`: the field has one line, so what is there
   * is passed on for the checks to refuse.
   */
  readonly lineBreaks: 'text' | 'layout' | 'kept';
  /**
   * `since-declared`: not sent when the file declares an older metadata version. Tools wrote `License-File` years
   * before it was specified; indexes refuse it there.
   */
  readonly sent: 'always' | 'since-declared';
}

/** Metadata versions that have been specified (2.0 was withdrawn). */
export type MetadataVersion = '1.0' | '1.1' | '1.2' | '2.1' | '2.2' | '2.3' | '2.4' | '2.5';

function one(
  formField: string,
  since: MetadataVersion,
  lineBreaks: CoreMetadataFieldDefinition['lineBreaks'] = 'kept',
): CoreMetadataFieldDefinition {
  return { formField, cardinality: 'one', since, lineBreaks, sent: 'always' };
}

function many(
  formField: string,
  since: MetadataVersion,
  sent: CoreMetadataFieldDefinition['sent'] = 'always',
): CoreMetadataFieldDefinition {
  return { formField, cardinality: 'many', since, lineBreaks: 'kept', sent };
}

/** In the order in which the form is filled. */
export const CORE_METADATA_FIELDS = {
  'Metadata-Version': one('metadata_version', '1.0'),
  Name: one('name', '1.0'),
  Version: one('version', '1.0'),
  Dynamic: many('dynamic', '2.2'),
  Platform: many('platform', '1.0'),
  'Supported-Platform': many('supported_platform', '1.1'),
  Summary: one('summary', '1.0'),
  Description: one('description', '1.0', 'text'),
  'Description-Content-Type': one('description_content_type', '2.1'),
  Keywords: one('keywords', '1.0', 'layout'),
  'Home-page': one('home_page', '1.0'),
  'Download-URL': one('download_url', '1.1'),
  Author: one('author', '1.0', 'layout'),
  'Author-email': one('author_email', '1.0', 'layout'),
  Maintainer: one('maintainer', '1.2', 'layout'),
  'Maintainer-email': one('maintainer_email', '1.2', 'layout'),
  License: one('license', '1.0', 'text'),
  'License-Expression': one('license_expression', '2.4'),
  'License-File': many('license_file', '2.4', 'since-declared'),
  Classifier: many('classifiers', '1.1'),
  'Requires-Dist': many('requires_dist', '1.2'),
  'Requires-Python': one('requires_python', '1.2'),
  'Requires-External': many('requires_external', '1.2'),
  'Project-URL': many('project_urls', '1.2'),
  'Provides-Extra': many('provides_extra', '2.1'),
  'Provides-Dist': many('provides_dist', '1.2'),
  'Obsoletes-Dist': many('obsoletes_dist', '1.2'),
  Requires: many('requires', '1.1'),
  Provides: many('provides', '1.1'),
  Obsoletes: many('obsoletes', '1.1'),
  'Import-Name': many('import_name', '2.5'),
  'Import-Namespace': many('import_namespace', '2.5'),
} satisfies Record<CoreMetadataField, CoreMetadataFieldDefinition>;

const BY_LOWER_CASE = new Map(
  (Object.keys(CORE_METADATA_FIELDS) as CoreMetadataField[]).map((field) => [field.toLowerCase(), field]),
);

/** The field that a header names, in any case; `undefined` when the specification has none of that name. */
export function coreMetadataField(headerName: string): CoreMetadataField | undefined {
  return BY_LOWER_CASE.get(headerName.toLowerCase());
}
