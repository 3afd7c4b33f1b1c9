import { createHash } from 'node:crypto';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import tar from 'tar-stream';
import { loadBases } from '../../../src/base/references.ts';
import type { ImageFacts, Labels } from '../../../src/engine/engine.ts';
import { McpcatError } from '../../../src/lib/errors.ts';
import type { Program } from './fake-container.ts';

/** An image of the fake engine: what is said of it, and what runs when it is started. */
export interface FakeImage {
  readonly facts: ImageFacts;
  readonly program: Program;
  /** Tars by path, for `copyOut`. */
  readonly files?: ReadonlyMap<string, Buffer>;
}

const archiveStart = 'fake image ';

/** The base from which a checkout takes its process 1 (src/process1/binary.ts). It is there, and in no list. */
const base = {
  reference: (await loadBases(path.join(import.meta.dirname, '../../../templates'), 'linux/amd64')).go.runtime
    .reference,
  files: new Map([['/mcpcat-init', await tarOf('process 1')]]),
};

async function tarOf(content: string): Promise<Buffer> {
  const pack = tar.pack();
  const packed = buffer(pack);
  pack.entry({ name: 'mcpcat-init' }, content);
  pack.finalize();
  return packed;
}

/** Images by id, with their names. */
export class FakeImages {
  readonly #byId = new Map<string, FakeImage>();
  readonly #tags = new Map<string, string>();

  /** The same facts give the same id. */
  add(facts: Partial<ImageFacts>, program: Program): string {
    const id = facts.id ?? `sha256:${createHash('sha256').update(JSON.stringify(facts)).digest('hex')}`;
    const { tags = [] } = facts;
    const whole: ImageFacts = { ...factsOf(id), ...facts, id, tags: [] };
    this.#byId.set(id, { facts: whole, program });
    for (const tag of tags) this.#tags.set(full(tag), id);
    return id;
  }

  find(reference: string): FakeImage | undefined {
    if (reference === base.reference)
      return { facts: factsOf(reference), program: () => undefined, files: base.files };
    const id = this.#idOf(reference);
    const image = id === undefined ? undefined : this.#byId.get(id);
    if (image === undefined || id === undefined) return undefined;
    const tags = [...this.#tags].filter(([, tagged]) => tagged === id).map(([tag]) => tag);
    return { ...image, facts: { ...image.facts, tags } };
  }

  get(reference: string): FakeImage {
    const image = this.find(reference);
    if (image !== undefined) return image;
    throw new McpcatError('engine-failed', `No such image: ${reference}`);
  }

  list(labels: Labels): readonly ImageFacts[] {
    return [...this.#byId.keys()].flatMap((id) => {
      const facts = this.find(id)?.facts;
      return facts !== undefined && fits(facts.labels, labels) ? [facts] : [];
    });
  }

  tag(reference: string, newReference: string): void {
    this.#tags.set(full(newReference), this.get(reference).facts.id);
  }

  /** A name of several takes only itself away. */
  remove(reference: string): void {
    const id = this.#idOf(reference);
    this.#tags.delete(full(reference));
    if (id === undefined || this.find(id)?.facts.tags.length !== 0) return;
    this.#byId.delete(id);
  }

  save(reference: string): Readable {
    const { facts } = this.get(reference);
    return Readable.from([Buffer.from(`${archiveStart}${JSON.stringify(facts)}`)]);
  }

  async load(archive: Readable, program: Program): Promise<string> {
    const text = (await buffer(archive)).toString();
    if (!text.startsWith(archiveStart))
      throw new McpcatError('engine-failed', 'load an image: unexpected EOF');
    const facts = JSON.parse(text.slice(archiveStart.length)) as ImageFacts;
    const id = this.add(facts, program);
    return facts.tags[0] ?? id;
  }

  #idOf(reference: string): string | undefined {
    if (this.#byId.has(reference)) return reference;
    const short = [...this.#byId.keys()].find(
      (id) => /^[0-9a-f]{12,}$/.test(reference) && id.startsWith(`sha256:${reference}`),
    );
    if (short !== undefined) return short;
    const byDigest = [...this.#byId.values()].find(({ facts }) => facts.digests.includes(reference));
    return this.#tags.get(full(reference)) ?? byDigest?.facts.id;
  }
}

function factsOf(id: string): ImageFacts {
  return {
    id,
    tags: [],
    digests: [],
    labels: {},
    bytes: 1 << 20,
    platform: 'linux/amd64',
    created: '2026-01-01T00:00:00Z',
    user: '65532:65532',
    entrypoint: ['/mcpcat-init', '--', '/server'],
    command: [],
    env: [],
    volumes: [],
  };
}

function full(reference: string): string {
  return reference.lastIndexOf(':') > reference.lastIndexOf('/') ? reference : `${reference}:latest`;
}

/** An empty value fits any. */
export function fits(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(
    ([name, value]) => name in labels && (value === '' || labels[name] === value),
  );
}
