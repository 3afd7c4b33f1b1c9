import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { unzipSync } from 'fflate';
import tar from 'tar-stream';

/** Answers where a file of an archive goes in the image (no leading slash), or undefined to leave it out. */
export type Place = (name: string) => string | undefined;

export interface OverlayFile {
  readonly name: string;
  readonly content: Uint8Array;
  readonly executable: boolean;
}

/** A tar of files at their places, owned by root, sorted, without time stamps. */
export async function overlayTar(files: readonly OverlayFile[]): Promise<Buffer> {
  const pack = tar.pack();
  const done = buffer(pack);
  for (const { name, content, executable } of files.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    pack.entry(
      { name, mode: executable ? 0o755 : 0o644, uid: 0, gid: 0, mtime: new Date(0) },
      Buffer.from(content),
    );
  }
  pack.finalize();
  return done;
}

/** Files of an npm tarball. */
export async function filesOfTgz(file: string, place: Place): Promise<OverlayFile[]> {
  const files: OverlayFile[] = [];
  for await (const entry of createReadStream(file).pipe(createGunzip()).pipe(tar.extract())) {
    const name = entry.header.type === 'file' ? place(entry.header.name) : undefined;
    if (name === undefined) entry.resume();
    else
      files.push({
        name,
        content: await buffer(entry),
        executable: ((entry.header.mode ?? 0) & 0o100) !== 0,
      });
  }
  return files;
}

/** Files of a Go module zip, which knows no modes: programs are those in the folders where the toolchain has them. */
export async function filesOfGoZip(file: string, place: Place): Promise<OverlayFile[]> {
  return Object.entries(unzipSync(await readFile(file))).flatMap(([path, content]) => {
    const name = path.endsWith('/') ? undefined : place(path);
    return name === undefined
      ? []
      : [{ name, content, executable: /\/(bin|pkg\/tool\/[^/]+)\/[^/]+$/.test(path) }];
  });
}
