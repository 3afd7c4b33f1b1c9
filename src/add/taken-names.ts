import { loadCatalog } from '../catalog/load.ts';
import { imageSource, parseSource, type Source } from '../catalog/source.ts';
import { McpcatError } from '../lib/errors.ts';
import { pypiName } from '../upstream/pypi-name.ts';
import { nameOf, otherNames } from './name.ts';

const form = /^[a-z0-9]([a-z0-9-]{0,60}[a-z0-9])?$/;

/** The name for a new entry; throws `usage` if the package is in the catalog already, or the wanted name is. */
export async function freeName(
  folder: string,
  { source, wanted }: { source: Source; wanted: string | undefined },
): Promise<{ readonly name: string; readonly why: string | undefined }> {
  const { servers } = await loadCatalog(folder, 'replaced').catch(() => ({
    servers: new Map<string, never>(),
  }));
  const sameSource = [...servers.values()].find(({ entry }) => isSame(entry.source, source));
  if (sameSource !== undefined)
    throw new McpcatError(
      'usage',
      `${source.kind}:${source.name} is in the catalog already, as ${sameSource.entry.name}`,
      {
        hint: `mcpcat update ${sameSource.entry.name}`,
      },
    );
  if (wanted !== undefined) {
    if (!form.test(wanted))
      throw new McpcatError(
        'usage',
        `name: expected lower-case letters, digits and hyphens, found "${wanted}"`,
        { inputs: [{ name: 'name' }] },
      );
    if (servers.has(wanted))
      throw new McpcatError('usage', `name: there is a server ${wanted} already`, {
        inputs: [{ name: 'name' }],
        hint: `mcpcat info ${wanted}`,
      });
    return { name: wanted, why: undefined };
  }
  const first = nameOf(source);
  const free = [first, ...otherNames(source)].find((name) => form.test(name) && !servers.has(name));
  if (free === undefined)
    throw new McpcatError('usage', `the name ${first} is taken by another server`, {
      hint: 'give one',
      inputs: [{ name: 'name' }],
    });
  return { name: free, why: free === first ? undefined : `${first} is another server already` };
}

function isSame(text: string, source: Source): boolean {
  if (imageSource(text) !== undefined) return false;
  try {
    const other = parseSource(text);
    const plain = (name: string): string => (source.kind === 'pypi' ? pypiName(name) : name);
    return other.kind === source.kind && plain(other.name) === plain(source.name);
  } catch {
    return false;
  }
}
