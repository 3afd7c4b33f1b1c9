import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import tar from 'tar-stream';
import type { Store } from '../fetch/store.ts';
import type { BaseArtifact } from './base-lock.ts';
import { filesOfGoZip, filesOfTgz, overlayTar } from './overlay.ts';
import type { Stage } from './references.ts';

export interface ContextFile {
  readonly name: string;
  readonly content: string | Buffer;
}

export async function contextTar(files: readonly ContextFile[]): Promise<Readable> {
  const pack = tar.pack();
  const done = buffer(pack);
  for (const { name, content } of files) pack.entry({ name, mode: 0o644, mtime: new Date(0) }, content);
  pack.finalize();
  return Readable.from([await done]);
}

/** What a base takes from other places than Debian, as a tar; undefined if there is nothing. */
export async function overlayOf(
  artifacts: readonly BaseArtifact[],
  { stage, store, signal }: { stage: Stage; store: Store; signal?: AbortSignal | undefined },
): Promise<Buffer | undefined> {
  const files = await Promise.all(
    artifacts.map(async ({ name, url, algorithm, hex }) => {
      if (stage === 'runtime' && !name.startsWith('node-linux')) return [];
      const file = await store.get({ url, hash: { algorithm, hex }, subject: name, signal });
      return name === 'golang.org/toolchain'
        ? filesOfGoZip(file, placeGo)
        : filesOfTgz(file, placeOf(name, stage));
    }),
  );
  return files.flat().length === 0 ? undefined : overlayTar(files.flat());
}

function placeGo(path: string): string | undefined {
  const inside = /^golang\.org\/toolchain@[^/]+\/(.+)$/.exec(path)?.[1];
  return inside === undefined || /^(test|doc|api|misc)\//.test(inside) ? undefined : `usr/local/go/${inside}`;
}

function placeOf(name: string, stage: Stage): (path: string) => string | undefined {
  if (name === 'npm') return (path) => path.replace(/^package\//, 'usr/local/lib/node_modules/npm/');
  return (path) => {
    if (path === 'package/bin/node') return 'usr/local/bin/node';
    if (path === 'package/LICENSE') return 'usr/share/doc/node/copyright';
    return stage === 'build' && path.startsWith('package/include/')
      ? path.replace('package/', 'usr/local/')
      : undefined;
  };
}

/** The instructions that make a base of its parts. */
export function baseDockerfile(parts: {
  readonly from: string;
  readonly stage: Stage;
  readonly rootfs: boolean;
  readonly overlay: boolean;
  /** Made for another machine: with a cross compiler, and nothing that is in it can run here. */
  readonly cross: boolean;
  /** Version of a Python whose standard library must be compiled here, for the same reason. */
  readonly python?: string | undefined;
}): string {
  const { from, stage, rootfs, overlay, cross, python } = parts;
  const runtime = stage === 'runtime';
  const lines = [
    ...(runtime
      ? [
          `FROM ${from} AS init`,
          'COPY init/ /src/',
          `RUN ${JSON.stringify(['make', '-C', '/src', 'OUT=/out', ...(cross ? ['CROSS=aarch64'] : [])])}`,
        ]
      : []),
    ...(python === undefined ? [] : compiled(python)),
    `FROM ${runtime ? 'scratch' : from}`,
    ...(python === undefined ? [] : ['COPY --from=init /rootfs/ /']),
    ...(rootfs && python === undefined ? ['ADD rootfs.tar /'] : []),
    ...(overlay ? ['ADD overlay.tar /'] : []),
    ...(runtime ? ['COPY --from=init /out/mcpcat-init /mcpcat-init'] : []),
    'ENV PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8',
    ...(runtime
      ? [
          'ENV PATH=/usr/local/bin:/usr/bin HOME=/home/mcpcat SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt',
          'USER 65532:65532',
        ]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** Byte code is the same for every machine, so this one's Python of the same version makes it. */
function compiled(python: string): string[] {
  const words = ['python3', '-m', 'compileall', '-q', '--invalidation-mode', 'unchecked-hash'];
  const place = ['-s', '/rootfs', '-p', '/', `/rootfs/usr/lib/python${python}`];
  return ['ADD rootfs.tar /rootfs/', `RUN ${JSON.stringify([...words, ...place])}`];
}
