import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { helperFiles } from '../../src/image-build/context.ts';
import { loadServer } from '../../src/catalog/load.ts';
import { generate } from '../../src/generate/generate.ts';
import type { Generated, GenerateInput } from '../../src/generate/generated.ts';

const project = path.resolve(import.meta.dirname, '../..');

/** A real entry of the catalog on bases that never change. */
export async function inputOf(name: string): Promise<GenerateInput> {
  const { entry, lock, folder } = await loadServer(path.join(project, 'catalog'), name);
  if (lock === undefined) throw new Error(`${name} has no lock`);
  const locks = readdirSync(folder).filter((file) =>
    /^(package-lock\.json|requirements\.txt|go\.(mod|sum))$/.test(file),
  );
  const files = locks.map((file) => [file, readFileSync(path.join(folder, file), 'utf8')] as const);
  return {
    entry,
    lock,
    files: Object.fromEntries(files),
    build: { reference: `mcpcat/base-${lock.runtime}-build:golden`, fingerprint: 'build' },
    runtime: { reference: `mcpcat/base-${lock.runtime}-runtime:golden`, fingerprint: 'runtime' },
    platform: 'linux/amd64',
  };
}

export async function generated(input: GenerateInput): Promise<Generated> {
  return generate(input, await helperFiles(path.join(project, 'templates'), input.lock.runtime));
}
