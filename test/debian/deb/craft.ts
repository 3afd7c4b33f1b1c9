import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import tar from 'tar-stream';
import { temporaryFolder } from '../../lib/temporary.ts';

export interface Member {
  readonly header: Partial<tar.Header> & { readonly name: string };
  readonly content?: string;
}

/** A tar of these members. */
export async function tarOf(members: readonly Member[]): Promise<Buffer> {
  const pack = tar.pack();
  const done = buffer(pack);
  for (const { header, content } of members) pack.entry(header, content ?? '');
  pack.finalize();
  return done;
}

/** An ar archive, as deb(5) wants it. */
export function arOf(members: Readonly<Record<string, Buffer>>): Buffer {
  const parts = Object.entries(members).flatMap(([name, bytes]) => [
    Buffer.from(
      `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(bytes.length).padEnd(10)}\`\n`,
      'latin1',
    ),
    bytes,
    Buffer.alloc(bytes.length % 2, '\n'),
  ]);
  return Buffer.concat([Buffer.from('!<arch>\n'), ...parts]);
}

export const control = 'Package: crafted\nVersion: 1\nArchitecture: all\n';

/** The path of a `.deb` that holds these members, packed with gzip. */
export async function debOf(t: TestContext, data: readonly Member[] | Buffer): Promise<string> {
  const packed = Buffer.isBuffer(data) ? data : gzipSync(await tarOf(data));
  const deb = arOf({
    'debian-binary': Buffer.from('2.0\n'),
    'control.tar.gz': gzipSync(await tarOf([{ header: { name: './control' }, content: control }])),
    'data.tar.gz': packed,
  });
  return fileOf(t, deb);
}

export function fileOf(t: TestContext, bytes: Buffer): string {
  const file = path.join(temporaryFolder(t), 'crafted.deb');
  writeFileSync(file, bytes);
  return file;
}
