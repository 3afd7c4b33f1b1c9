import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { wholeFolder } from '../lib/whole-folder.ts';

/** The templates that bases are made and referred to by. */
export interface ChosenTemplates {
  readonly templates: string;
  /** The catalog's own, where `templates` are what this machine has decided for itself. */
  readonly catalogTemplates: string | undefined;
}

interface Places {
  /** As they came with the catalog: a tracked folder, never written by a build. */
  readonly templates: string;
  readonly cacheFolder: string;
}

/**
 * This machine's own templates if it has some for the catalog's as they are now, else the catalog's. Every clone with the
 * same templates finds them; a change of the catalog's ends them.
 */
export async function chosenTemplates(places: Places): Promise<ChosenTemplates> {
  const own = await placeOf(places);
  return existsSync(own)
    ? { templates: own, catalogTemplates: places.templates }
    : { templates: places.templates, catalogTemplates: undefined };
}

/** A copy of the catalog's templates for this machine, whose locks may then be written anew. */
export async function ownTemplates(places: Places): Promise<ChosenTemplates> {
  const own = await placeOf(places);
  if (!existsSync(own))
    await wholeFolder(own, (temporary) => cp(places.templates, temporary, { recursive: true }));
  return { templates: own, catalogTemplates: places.templates };
}

/** Goes back to the catalog's. */
export async function forgetOwnTemplates(places: Places): Promise<void> {
  await rm(await placeOf(places), { recursive: true, force: true });
}

async function placeOf({ templates, cacheFolder }: Places): Promise<string> {
  const hash = createHash('sha256');
  const names = await readdir(templates, { recursive: true, withFileTypes: true });
  const files = names
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(templates, path.join(entry.parentPath, entry.name)))
    .sort();
  for (const name of files)
    hash.update(JSON.stringify([name, await readFile(path.join(templates, name), 'utf8')]));
  return path.join(cacheFolder, 'bases', hash.digest('hex').slice(0, 16));
}
