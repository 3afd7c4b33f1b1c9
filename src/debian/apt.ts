import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { makeFolder } from '../lib/make-folder.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { childEnvironment } from '../lib/child-environment.ts';

export interface AptState {
  /** Empty, for apt's state; the machine's own is never touched. */
  readonly folder: string;
  readonly mirror: string;
  /** `amd64`, `arm64`. */
  readonly architecture: string;
}

/** apt with folders of its own, an empty status and the Debian archive's keys. */
export async function isolatedApt({ folder, mirror, architecture }: AptState): Promise<string[]> {
  const root = path.join(folder, 'apt');
  const lists = path.join(root, 'lists');
  await makeFolder(path.join(lists, 'partial'));
  await makeFolder(path.join(root, 'archives', 'partial'));
  const keys = `[arch=${architecture} signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]`;
  const security = mirror.replace(/\/debian\/?$/, '/debian-security');
  const sources = [
    `deb ${keys} ${mirror} trixie main`,
    `deb ${keys} ${mirror} trixie-updates main`,
    `deb ${keys} ${security} trixie-security main`,
  ];
  await writeFile(path.join(root, 'sources.list'), `${sources.join('\n')}\n`);
  await writeFile(path.join(root, 'status'), '');
  const settings = {
    'Dir::Etc::sourcelist': path.join(root, 'sources.list'),
    'Dir::Etc::sourceparts': '-',
    'Dir::State': root,
    'Dir::State::lists': lists,
    'Dir::State::status': path.join(root, 'status'),
    'Dir::Cache': root,
    'Dir::Cache::archives': path.join(root, 'archives'),
    'APT::Architecture': architecture,
    'APT::Architectures': architecture,
    'APT::Sandbox::User': 'root',
    // Otherwise a mirror that is down looks like one that has nothing new.
    'APT::Update::Error-Mode': 'any',
    'Debug::NoLocking': 'true',
  };
  return Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
}

/** Runs one of apt's programs; resolves to what it prints. Rejects with `system-unresolved` and its words. */
export async function apt(
  { signal }: { readonly signal?: AbortSignal | undefined },
  [program = '', ...args]: readonly string[],
): Promise<string> {
  try {
    const env = childEnvironment(process.env, { LC_ALL: 'C' });
    const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 64 << 20, signal, env });
    return stdout;
  } catch (error) {
    const stderr: unknown =
      typeof error === 'object' && error !== null ? Reflect.get(error, 'stderr') : undefined;
    const detail = typeof stderr === 'string' ? stderr.split('\n').filter(Boolean) : [messageOf(error)];
    throw new McpcatError('system-unresolved', `system packages can't be resolved: ${detail[0] ?? program}`, {
      detail,
      hint: 'this needs apt (Debian or Ubuntu), its archive keys and the mirror',
      cause: error,
    });
  }
}
