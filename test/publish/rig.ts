import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readImageRecord, type ImageRecord } from '../../src/catalog/image-record.ts';
import { permissionsOf, proofFile, type Proof } from '../../src/catalog/proof.ts';
import { loadServer } from '../../src/catalog/load.ts';
import type { Server } from '../../src/catalog/server.ts';
import type { Engine, ImageFacts } from '../../src/engine/engine.ts';
import type { Event } from '../../src/lib/event.ts';
import { jsonText } from '../../src/lib/folders.ts';
import { label } from '../../src/lib/labels.ts';
import { packServer } from '../../src/publish/package.ts';
import { publishServer, type PublishOutcome, type PublishRequest } from '../../src/publish/publish-server.ts';
import type { Variant } from '../../src/publish/variant.ts';
import type { Registry } from '../../src/registry/registry.ts';
import { savedImage, type File } from '../registry/rig.ts';

type EnginePart = Pick<Engine, 'inspectImage' | 'saveImage'>;

/** An engine that has images of a few files, saved with other times each time. */
export function engineWith(
  images: Readonly<
    Record<
      string,
      { readonly fingerprint: string; readonly platform: string; readonly files: readonly File[] }
    >
  >,
): EnginePart {
  let saves = 0;
  return {
    async inspectImage(reference) {
      const image = images[reference];
      if (image === undefined) return Promise.resolve(undefined);
      const labels = { [label.fingerprint]: image.fingerprint };
      return Promise.resolve({ id: 'sha256:1', labels, platform: image.platform } as unknown as ImageFacts);
    },
    async saveImage(reference) {
      const { files = [], platform = '' } = images[reference] ?? {};
      const mtime = new Date(Date.UTC(2026, 0, ++saves));
      const layer = files.map((file) => ({ mtime, ...file }));
      return savedImage([layer], { architecture: platform.replace('linux/', '') });
    },
  };
}

export interface Entry extends Disposable {
  readonly folder: string;
  server(): Promise<Server>;
  record(): Promise<ImageRecord | undefined>;
  prove(change?: (proof: Proof) => Proof): Promise<void>;
  files(): readonly string[];
}

export const variant: Variant = { platform: 'linux/amd64', image: 'mcpcat/echo:local', fingerprint: 'f1' };

/** A copy of the entry that transcripts use, locked at a version. */
export function entryAt(version: string): Entry {
  const root = mkdtempSync(path.join(tmpdir(), 'mcpcat-publish-'));
  const folder = path.join(root, 'echo');
  mkdirSync(folder);
  cpSync(path.join(import.meta.dirname, '../cli/catalog/echo'), folder, { recursive: true });
  const lockFile = path.join(folder, 'lock.json');
  const lock = JSON.parse(readFileSync(lockFile, 'utf8')) as object;
  writeFileSync(lockFile, JSON.stringify({ ...lock, version }));
  const server = async (): Promise<Server> => loadServer(root, 'echo');
  return {
    folder,
    server,
    record: async () => readImageRecord(folder),
    async prove(change = (proof) => proof) {
      const proof: Proof = {
        proofVersion: 2,
        date: '2026-11-21',
        image: { id: 'sha256:1', fingerprint: variant.fingerprint },
        engine: 'docker 20.10.24',
        permissions: permissionsOf((await server()).entry),
        works: 1,
        refused: 1,
        tools: 1,
        checks: ['handshake'],
        initializeMs: null,
        memoryBytes: null,
        exitMs: null,
      };
      writeFileSync(proofFile(folder), jsonText(change(proof)));
    },
    files: () => readdirSync(folder).sort(),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

export const files: readonly File[] = [
  { name: 'app', type: 'directory' },
  { name: 'app/server.js', content: 'serve()' },
  { name: 'app/large', content: Buffer.alloc(400_000, 'abcdefgh') },
];

/** Publishes an entry's image to `test/echo` of a registry; without one only the digests are computed. */
export async function publish(
  entry: Entry,
  {
    registry,
    engine = engineWith({ [variant.image]: { ...variant, files } }),
    variants = [variant],
    repository = 'test/echo',
    events = [],
    ...more
  }: {
    readonly registry?: Registry;
    readonly engine?: EnginePart;
    readonly variants?: readonly [Variant, ...Variant[]];
    readonly repository?: string;
    readonly events?: Event[];
  } & Partial<Pick<PublishRequest, 'force' | 'proof' | 'open' | 'signing'>> = {},
): Promise<PublishOutcome> {
  const emit = (event: Event): void => void events.push(event);
  return publishServer({
    server: await entry.server(),
    variants,
    open: (release) => packServer(engine, { release, variants, emit }),
    target: registry === undefined ? undefined : { registry, repository },
    force: false,
    emit,
    ...more,
  });
}
