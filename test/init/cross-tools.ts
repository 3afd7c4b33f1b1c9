import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/** A compiler for arm64, musl for arm64 and an emulator to run the result; on an arm64 machine nothing is needed. */
export interface CrossTools {
  /** Folder to put before PATH. */
  readonly path: string;
  /** Folder of the libraries these programs need beside the machine's own. */
  readonly libraries: string;
  /** musl's specs file for gcc. */
  readonly specs: string;
  readonly emulator: string;
}

const packages = ['gcc-aarch64-linux-gnu', 'musl-dev:arm64', 'qemu-user-static'];

/**
 * Debian's packages, checked by apt against its signed lists and unpacked into the user's cache: nothing is installed,
 * the machine's own package lists and architectures stay as they are.
 */
export function crossTools(): CrossTools {
  const folder = path.join(homedir(), '.cache/mcpcat/cross-tools-aarch64');
  const tools: CrossTools = {
    path: path.join(folder, 'usr/bin'),
    libraries: path.join(folder, 'usr/lib/x86_64-linux-gnu'),
    specs: path.join(folder, 'musl-gcc.specs'),
    emulator: path.join(folder, 'usr/bin/qemu-aarch64-static'),
  };
  try {
    readFileSync(tools.specs);
  } catch {
    mkdirSync(path.dirname(folder), { recursive: true });
    fetchInto(folder);
  }
  return tools;
}

function fetchInto(folder: string): void {
  const work = mkdtempSync(`${folder}.`);
  try {
    const root = path.join(work, 'root');
    for (const file of download(work)) unpack(file, root);
    const specs = readFileSync(path.join(root, 'usr/lib/aarch64-linux-musl/musl-gcc.specs'), 'utf8');
    writeFileSync(path.join(root, 'musl-gcc.specs'), specs.replaceAll('/usr/', `${folder}/usr/`));
    rmSync(folder, { recursive: true, force: true });
    renameSync(root, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function download(work: string): string[] {
  for (const name of ['lists/partial', 'cache/archives/partial', 'root'])
    mkdirSync(path.join(work, name), { recursive: true });
  const options = [
    'APT::Architectures::=amd64',
    'APT::Architectures::=arm64',
    `Dir::State::lists=${work}/lists`,
    `Dir::Cache=${work}/cache`,
    'Debug::NoLocking=1',
    'APT::Sandbox::User=',
  ].flatMap((option) => ['-o', option]);
  apt([...options, 'update']);
  apt([
    ...options,
    '-y',
    '--no-install-recommends',
    '--reinstall',
    '--download-only',
    'install',
    ...packages,
  ]);
  return globSync(`${work}/cache/archives/*.deb`);
}

function apt(words: readonly string[]): void {
  try {
    execFileSync('apt-get', ['-qq', ...words], { encoding: 'utf8', timeout: 240_000 });
  } catch (error) {
    throw new Error(`the arm64 build needs ${packages.join(', ')}; apt-get could not fetch them`, {
      cause: error,
    });
  }
}

/** Of the emulator's package only the one of thirty emulators that is used. */
function unpack(file: string, root: string): void {
  if (!path.basename(file).startsWith('qemu-user')) execFileSync('dpkg-deb', ['-x', file, root]);
  else {
    const tar = execFileSync('dpkg-deb', ['--fsys-tarfile', file], { maxBuffer: 2 ** 30 });
    execFileSync('tar', ['-x', '-C', root, '--wildcards', './usr/bin/qemu-aarch64*'], { input: tar });
  }
}
