import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** The packages that files of a bundle come from, by the folder of each. */
function packageFolders(inputs: readonly string[]): string[] {
  const folders = inputs.flatMap(
    (input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? [],
  );
  return [...new Set(folders)].sort();
}

/** Name, version and licence of each package whose code is in the bundle, and the texts that its licence wants kept. */
export async function licenseText(inputs: readonly string[]): Promise<string> {
  const parts = await Promise.all(packageFolders(inputs).map(partOf));
  return `mcpcat contains code of these packages.\n\n${[...new Set(parts)].join('\n')}`;
}

async function partOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(
    await readFile(path.join(folder, 'package.json'), 'utf8'),
  ) as Record<string, unknown>;
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(path.join(folder, file), 'utf8')));
  const title = `${String(name)} ${String(version)} (${typeof license === 'string' ? license : 'see below'})`;
  return [`${'='.repeat(20)} ${title}`, ...texts.map((text) => text.trim()), ''].join('\n');
}
