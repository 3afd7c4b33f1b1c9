import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { imageIn } from '../../src/catalog/image-name.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { buildImage } from './build-image.ts';
import { ownBases, project } from './engine.ts';

/** Its folder is gone once it is disposed, and with an engine its images. */
export interface CatalogCopy extends Disposable, AsyncDisposable {
  readonly folder: string;
  /** The copy's name for each entry: unique, so that its image is this test's alone. */
  readonly names: Readonly<Record<string, string>>;
  readonly images: readonly string[];
  /** The image of an entry, by the copy's name for it. */
  imageOf(name: string): string;
  /** Absolute path of a file of a copied entry. */
  file(entry: string, name: string): string;
  edit(entry: string, name: string, change: (text: string) => string): void;
}

/** Copies entries of the real catalog, locks included, under names of their own. */
export function catalogCopy(entries: readonly string[], engine?: Engine): CatalogCopy {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-copy-'));
  const suffix = randomBytes(4).toString('hex');
  const names = Object.fromEntries(entries.map((entry) => [entry, `${entry}-${suffix}`]));
  const file = (entry: string, name: string): string => path.join(folder, names[entry] ?? '', name);
  const edit = (entry: string, name: string, change: (text: string) => string): void => {
    const before = readFileSync(file(entry, name), 'utf8');
    const after = change(before);
    if (before === after) throw new Error(`the edit of ${entry}/${name} changes nothing`);
    writeFileSync(file(entry, name), after);
  };
  const imageOf = (name: string): string => imageIn({ kind: 'folder', folder }, name);
  for (const entry of entries) {
    cpSync(path.join(project, 'catalog', entry), file(entry, ''), { recursive: true });
    edit(entry, 'server.yaml', (text) => text.replace(/^name: .*$/m, `name: ${names[entry] ?? ''}`));
  }
  const images = Object.values(names).map((name) => imageOf(name));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  return {
    folder,
    names,
    images,
    imageOf,
    file,
    edit,
    [Symbol.dispose]: remove,
    async [Symbol.asyncDispose]() {
      remove();
      for (const image of images) await engine?.removeImage(image, { force: true });
    },
  };
}

export interface MarkedBase extends AsyncDisposable {
  readonly reference: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Our own base with a label on top: every image of a build on it, also one in progress, inherits the label. */
export async function markedBase(
  engine: Engine,
  kind: 'node' | 'python' | 'go',
  stage: 'build' | 'runtime',
): Promise<MarkedBase> {
  const bases = await ownBases();
  const mark = randomBytes(4).toString('hex');
  const reference = `mcpcat-test/${kind}-${stage}:${mark}`;
  const dockerfile = [`FROM ${bases[kind][stage].reference}`, `LABEL io.mcpcat.test=${mark}`];
  await buildImage(engine, reference, { dockerfile });
  return {
    reference,
    labels: { 'io.mcpcat.test': mark },
    [Symbol.asyncDispose]: () => engine.removeImage(reference, { force: true }),
  };
}
