import { ownValue } from '../lib/own-value.ts';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { makeFolder } from '../lib/make-folder.ts';
import type { Entry, Mount } from '../catalog/entry.ts';
import type { Isolation } from '../sandbox/isolation.ts';
import { hostPaths } from '../sandbox/paths.ts';
import { sandboxOf } from '../sandbox/policy.ts';
import type { MountRequest, Sandbox } from '../sandbox/sandbox.ts';
import { giveTo, openToAll, type MountOwner } from './mount-owner.ts';

/** What is other than in the proof itself. */
export interface ExampleCase {
  /** Take the place of examples. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Whose the folders and files are; nothing said: everybody's. */
  readonly owner?: MountOwner;
  /** Stronger than the engine's default. */
  readonly isolation?: Isolation | undefined;
}

/**
 * The sandbox of an entry with its example settings, for the time of `work`. Every declared folder is one of our own with
 * no more than `smoke.files` in it, every declared file one of our own with what `smoke.files` says; all are gone
 * afterwards.
 */
export async function withExampleSandbox<T>(
  entry: Entry,
  work: (sandbox: Sandbox) => Promise<T>,
  { settings = {}, owner = openToAll, isolation }: ExampleCase = {},
): Promise<T> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'mcpcat-test-'));
  try {
    await chmod(home, 0o755);
    const files = entry.smoke.files ?? {};
    const mounts = await Promise.all(
      entry.permissions.mounts.map((mount) => exampleMount(home, { mount, files, owner })),
    );
    const overrides = { env: { ...exampleSettings(entry), ...settings }, mounts, args: entry.smoke.args };
    const sandbox = sandboxOf(entry, overrides, hostPaths(path.join(home, 'home')));
    return await work(isolation === undefined ? sandbox : { ...sandbox, isolation });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

interface Example {
  readonly mount: Mount;
  readonly files: Readonly<Record<string, string>>;
  readonly owner: MountOwner;
}

async function exampleMount(
  home: string,
  { mount: { name, mode, kind }, files, owner }: Example,
): Promise<MountRequest> {
  const folder = await mkdtemp(path.join(home, `${name}-`));
  const own = Object.entries(files)
    .filter(([file]) => file.startsWith(`${name}/`))
    .map(([file, text]) => ({ file: file.slice(name.length + 1), text }));
  const [only = { file: name, text: '' }] = own;
  for (const one of kind === 'file' ? [only] : own) await putFile(folder, one);
  // Around a file lies a folder that everybody may look into.
  if (kind === 'file') await chmod(folder, 0o755);
  const hostPath = kind === 'file' ? path.join(folder, only.file) : folder;
  await giveTo(hostPath, owner);
  return { name, hostPath, mode: mode === 'ro' ? 'ro' : owner.access };
}

async function putFile(folder: string, { file, text }: { file: string; text: string }): Promise<void> {
  const target = path.join(folder, file);
  await makeFolder(path.dirname(target));
  await writeFile(target, text);
}

/** What the entry says for its smoke test, else its example. */
function exampleSettings(entry: Entry): Record<string, string> {
  const settings = Object.entries(entry.env).flatMap(([name, { example, required }]) => {
    const value = ownValue(entry.smoke.env, name) ?? (required ? example : undefined);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(settings);
}
