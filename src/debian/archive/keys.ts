import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { PublicKey } from 'openpgp';

/** The keys of the Debian archive, kept in `templates/debian-keys`. */
export async function archiveKeys(templates: string): Promise<PublicKey[]> {
  const { readKeys } = await import('openpgp');
  const folder = path.join(templates, 'debian-keys');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.asc')).sort();
  const keys = await Promise.all(
    files.map(async (name) => readKeys({ armoredKeys: await readFile(path.join(folder, name), 'utf8') })),
  );
  return keys.flat().map((key) => key.toPublic());
}
