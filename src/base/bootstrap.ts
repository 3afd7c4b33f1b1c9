import { spawn } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { McpcatError } from '../lib/errors.ts';
import type { RootfsRecipe } from './recipe.ts';
import { childEnvironment } from '../lib/child-environment.ts';

export interface Bootstrap {
  readonly recipe: RootfsRecipe;
  /** `name=version` of every package; empty resolves anew. */
  readonly pinned: readonly string[];
  readonly platform: string;
  readonly mirror: string;
  /** A folder of ours for temporary files. */
  readonly folder: string;
  readonly onOutput: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Debian's name of the folder in the root file system where the hook leaves what it read of each package. */
export const debsFolder = 'var/lib/mcpcat-debs';

/** Runs while mmdebstrap still has the archives: keeps each package's control fields, hash and list of files. */
const hook = `#!/bin/sh
set -eu
out="$1/${debsFolder}"
mkdir -p "$out"
for deb in "$1"/var/cache/apt/archives/*.deb; do
  [ -e "$deb" ] || continue
  name=$(dpkg-deb -f "$deb" Package)
  dpkg-deb -f "$deb" > "$out/$name.control"
  dpkg-deb --fsys-tarfile "$deb" | tar t > "$out/$name.list"
  echo "$(sha256sum < "$deb" | cut -d' ' -f1) $(stat -c %s "$deb")" > "$out/$name.hash"
done
`;

/**
 * Makes a root file system (tar) with mmdebstrap from signed archives; resolves to the path of the tar. Rejects with
 * `package-unknown` if the mirror lacks a package or its version, and with `base-failed`.
 */
export async function bootstrap(request: Bootstrap): Promise<string> {
  const hookFile = path.join(request.folder, 'hook.sh');
  const tar = path.join(request.folder, 'rootfs.tar');
  await writeFile(hookFile, hook);
  await chmod(hookFile, 0o755);
  await run(
    'mmdebstrap',
    [...options(request, hookFile), 'trixie', tar, ...sources(request.mirror)],
    request,
  );
  return tar;
}

function sources(mirror: string): string[] {
  const security = mirror.replace(/\/debian\/?$/, '/debian-security');
  return [
    `deb ${mirror} trixie main`,
    `deb ${mirror} trixie-updates main`,
    `deb ${security} trixie-security main`,
  ];
}

function options({ recipe, pinned, platform }: Bootstrap, hookFile: string): string[] {
  const known = new Set(pinned.map((pin) => pin.split('=')[0]));
  const include = [...pinned, ...recipe.packages.filter((name) => !known.has(name))];
  return [
    `--variant=${recipe.variant}`,
    `--architectures=${[platform.replace('linux/', ''), recipe.foreign ?? []].flat().join(',')}`,
    `--include=${include.join(',')}`,
    `--extract-hook=${hookFile}`,
    // minbase extracts only the essential packages; the rest is there when it has been installed.
    ...(recipe.variant === 'minbase' ? [`--customize-hook=${hookFile}`] : []),
    '--aptopt=Acquire::Retries "3"',
    '--aptopt=APT::Install-Recommends "false"',
    '--dpkgopt=path-exclude=/usr/share/man/*',
    '--dpkgopt=path-exclude=/usr/share/locale/*',
    '--dpkgopt=path-exclude=/usr/share/doc/*',
    '--format=tar',
  ];
}

/** In apt's words: it has one exit code for all that can go wrong. */
function lacksPackage(output: readonly string[]): boolean {
  return output.some((line) => /was not found|Unable to locate|has no installation candidate/.test(line));
}

async function run(command: string, args: readonly string[], request: Bootstrap): Promise<void> {
  const tail: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // A group of its own, so that cancelling reaches apt and dpkg too.
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: childEnvironment(process.env, {
      SOURCE_DATE_EPOCH: '0',
      TMPDIR: request.folder,
      LC_ALL: 'C.UTF-8',
    }),
  });
  const collect = (chunk: Buffer): void => {
    for (const line of chunk.toString().split('\n').filter(Boolean)) {
      tail.push(line);
      if (tail.length > 30) tail.shift();
      request.onOutput(line);
    }
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const cancel = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
  };
  request.signal?.addEventListener('abort', cancel, { once: true });
  child.on('error', (error) => {
    reject(
      new McpcatError('base-failed', `can't run ${command}: ${error.message}`, {
        hint: 'bases are made on Debian or Ubuntu: apt-get install mmdebstrap; elsewhere take other images',
        inputs: [{ name: 'base' }],
        cause: error,
      }),
    );
  });
  child.on('close', (code) => {
    request.signal?.removeEventListener('abort', cancel);
    if (code === 0) resolve();
    else if (request.signal?.aborted === true)
      reject(new McpcatError('cancelled', 'making the base was cancelled'));
    else
      reject(
        new McpcatError(
          lacksPackage(tail) ? 'package-unknown' : 'base-failed',
          `${command} ended with ${String(code)}`,
          {
            detail: tail,
            hint: 'is the Debian mirror reachable? take another',
            inputs: [{ name: 'mirror' }],
          },
        ),
      );
  });
  await promise;
}
