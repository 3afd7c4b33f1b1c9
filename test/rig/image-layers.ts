import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import tar from 'tar-stream';
import type { Engine } from '../../src/engine/engine.ts';

/** One entry of a layer. */
export interface LayerFile {
  /** Without a slash at its beginning or end. */
  readonly path: string;
  readonly type: string;
  /** Permission bits with set-uid, set-gid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly bytes: number;
  readonly linkname: string | undefined;
  /** Of files up to 1 MB, and of those that were asked for. */
  readonly content: Buffer | undefined;
}

export interface SavedImage {
  /** From the lowest to the highest: also what a later layer hides is in here. */
  readonly layers: readonly (readonly LayerFile[])[];
  /** The image's configuration as text, history included. */
  readonly config: string;
}

const kept = 1 << 20;

/** Everything that `docker save` hands out of an image, layer by layer. */
export async function savedImage(
  engine: Engine,
  reference: string,
  wanted: (path: string) => boolean = () => false,
): Promise<SavedImage> {
  const parts = new Map<string, Buffer>();
  const archive = await engine.saveImage(reference);
  for await (const entry of archive.pipe(tar.extract())) parts.set(entry.header.name, await buffer(entry));
  const part = (name: string): Buffer => {
    const found = parts.get(name);
    if (found === undefined) throw new Error(`${reference}: the archive has no ${name}`);
    return found;
  };
  const [manifest] = JSON.parse(part('manifest.json').toString()) as { Config: string; Layers: string[] }[];
  if (manifest === undefined) throw new Error(`${reference}: an empty archive`);
  const layers: LayerFile[][] = [];
  for (const layer of manifest.Layers) layers.push(await filesOf(part(layer), wanted));
  return { layers, config: part(manifest.Config).toString() };
}

async function filesOf(archive: Buffer, wanted: (path: string) => boolean): Promise<LayerFile[]> {
  const plain = archive[0] === 0x1f && archive[1] === 0x8b ? gunzipSync(archive) : archive;
  const files: LayerFile[] = [];
  for await (const entry of Readable.from([plain]).pipe(tar.extract())) {
    const { header } = entry;
    const content = await buffer(entry);
    const path = header.name.replace(/^\.?\//, '').replace(/\/$/, '');
    files.push({
      path,
      type: header.type ?? 'file',
      // Some writers put the type of the file into the mode as well.
      mode: (header.mode ?? 0) & 0o7777,
      uid: header.uid ?? 0,
      gid: header.gid ?? 0,
      bytes: header.size ?? 0,
      linkname: header.linkname ?? undefined,
      content: header.type === 'file' && (content.length <= kept || wanted(path)) ? content : undefined,
    });
  }
  return files;
}

const shells = 'sh ash bash dash zsh ksh csh tcsh fish busybox toybox';
const managers = 'apt apt-get apt-cache aptitude dpkg dpkg-deb dpkg-query apk yum dnf rpm';
const installers = 'npm npx corepack yarn pnpm pip pip3 pip3.13 uv uvx easy_install go gofmt';
const compilers = 'gcc g++ cc c++ cpp clang make ld as ar tcc musl-gcc perl';
const helpers = 'su sudo curl wget nc netcat ssh mount umount chroot env xargs awk sed';
const unwanted = new Set([shells, managers, installers, compilers, helpers].join(' ').split(' '));
const programFolder = /^(usr\/(local\/)?)?s?bin\/|^app\/bin\/|^opt\/[^/]+\/bin\//;

/** Programs with which somebody inside could go on: shells, package managers, installers, compilers. */
export function unwantedPrograms(files: readonly LayerFile[]): string[] {
  return files
    .filter(({ path }) => programFolder.test(path) && unwanted.has(path.slice(path.lastIndexOf('/') + 1)))
    .map(({ path }) => path);
}

/** Package managers that are no programs of their own, but code in a folder. */
export function unwantedPackages(files: readonly LayerFile[]): string[] {
  return files
    .map(({ path }) => path)
    .filter((path) =>
      /(^|\/)(lib\/node_modules\/(npm|corepack)|(dist|site)-packages\/(pip|setuptools)|ensurepip)$/.test(
        path,
      ),
    );
}

/** Files that give rights away: set-uid, set-gid, writable by everyone, or owned by the server's own user. */
export function looseFiles(files: readonly LayerFile[]): string[] {
  return files
    .filter(({ type }) => type !== 'symlink' && type !== 'link')
    .filter(({ path, mode, uid, gid }) => {
      const temporary = path === 'tmp' && mode === 0o1777;
      return (mode & 0o6000) !== 0 || ((mode & 0o002) !== 0 && !temporary) || uid !== 0 || gid !== 0;
    })
    .map(({ path, mode, uid, gid }) => `${path} ${mode.toString(8)} ${String(uid)}:${String(gid)}`);
}
