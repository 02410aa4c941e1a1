/** What an index offers to installers, read without any of our own code. */

const accept = 'application/vnd.pypi.simple.v1+json';

/** SHA-256 by file name, of all files of all projects. */
export async function filesOnIndex(simpleUrl: string): Promise<ReadonlyMap<string, string>> {
  const { projects } = await read<{ projects: { name: string }[] }>(simpleUrl);
  const pages = await Promise.all(
    projects.map(({ name }) =>
      read<{ files: { filename: string; hashes: { sha256: string } }[] }>(`${simpleUrl}${name}/`),
    ),
  );
  return new Map(pages.flatMap(({ files }) => files.map(({ filename, hashes }) => [filename, hashes.sha256] as const)));
}

async function read<Document>(url: string): Promise<Document> {
  const response = await fetch(url, { headers: { accept } });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return (await response.json()) as Document;
}
