import { readFile } from 'node:fs/promises';
import type { Store } from '../../fetch/store.ts';
import { McpcatError } from '../../lib/errors.ts';
import { httpGet } from '../../lib/http.ts';
import { archiveKeys } from './keys.ts';
import { readRelease, type IndexFile } from './release.ts';
import { archiveAddress, suites, type Suite } from './suites.ts';

export interface IndexRequest {
  readonly mirror: string;
  /** `amd64`, `arm64`: as Debian calls them. */
  readonly architectures: readonly string[];
  readonly templates: string;
  readonly store: Store;
  readonly signal?: AbortSignal | undefined;
}

export interface Indexes {
  /** By path as on a mirror: `debian/dists/trixie/InRelease`. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** For each archive that of its newest signature: at that time it had every package that is named. */
  readonly dates: Readonly<Record<Suite['archive'], Date>>;
}

/** The indexes of all suites, each signed by a key that we know, or named with its hash by one that is. */
export async function fetchIndexes(request: IndexRequest): Promise<Indexes> {
  const keys = await archiveKeys(request.templates);
  const files = new Map<string, Buffer>();
  const dates = { debian: new Date(0), 'debian-security': new Date(0) };
  for (const suite of suites) {
    const text = await releaseText(request, suite);
    const release = await readRelease(text, { keys, now: new Date(), suite: suite.name });
    if (release.date > dates[suite.archive]) dates[suite.archive] = release.date;
    files.set(pathOf(suite, 'InRelease'), Buffer.from(text));
    for (const architecture of request.architectures) {
      const name = `main/binary-${architecture}/Packages.xz`;
      files.set(
        pathOf(suite, name),
        await packages(request, { suite, name, index: release.files.get(name) }),
      );
    }
  }
  return { files, dates };
}

function pathOf({ archive, name }: Suite, file: string): string {
  return `${archive}/dists/${name}/${file}`;
}

async function releaseText({ mirror, signal }: IndexRequest, { archive, name }: Suite): Promise<string> {
  const url = `${archiveAddress(mirror, archive)}/dists/${name}/InRelease`;
  const response = await httpGet(url, { subject: `InRelease of ${name}`, signal });
  return response.text();
}

interface Wanted {
  readonly suite: Suite;
  readonly name: string;
  readonly index: IndexFile | undefined;
}

async function packages(
  { mirror, store, signal }: IndexRequest,
  { suite, name, index }: Wanted,
): Promise<Buffer> {
  const subject = `${name} of ${suite.name}`;
  if (index === undefined)
    throw new McpcatError('integrity-mismatch', `${subject}: InRelease has no hash for it`);
  const hash = { algorithm: 'sha256', hex: index.sha256 } as const;
  const folder = `${archiveAddress(mirror, suite.archive)}/dists/${suite.name}`;
  const byHash = `${folder}/${name.replace(/[^/]+$/, '')}by-hash/SHA256/${index.sha256}`;
  const get = (url: string): Promise<string> => store.get({ url, hash, subject, signal });
  // While a mirror is being renewed its plain names may be of another time; not every mirror has names by hash.
  const file = await get(byHash).catch((error: unknown) => {
    if (error instanceof McpcatError && error.code === 'package-unknown') return get(`${folder}/${name}`);
    throw error;
  });
  return readFile(file);
}
