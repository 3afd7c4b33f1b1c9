import { ownValue } from '../lib/own-value.ts';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { makeFolder } from '../lib/make-folder.ts';
import type { Entry } from '../catalog/entry.ts';
import { hostPaths } from '../sandbox/paths.ts';
import { sandboxOf } from '../sandbox/policy.ts';
import type { MountRequest, Sandbox } from '../sandbox/sandbox.ts';

/**
 * The sandbox of an entry with its example settings, for the time of `work`; `given` settings take the place of examples.
 * Every declared folder is one of our own with no more than `smoke.files` in it, every declared file one of our own with
 * what `smoke.files` says; all are gone afterwards.
 */
export async function withExampleSandbox<T>(
  entry: Entry,
  work: (sandbox: Sandbox) => Promise<T>,
  given: Readonly<Record<string, string>> = {},
): Promise<T> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'mcpcat-test-'));
  try {
    const mounts = await Promise.all(
      entry.permissions.mounts.map((mount) => exampleMount(home, { mount, files: entry.smoke.files ?? {} })),
    );
    const overrides = { env: { ...exampleSettings(entry), ...given }, mounts, args: entry.smoke.args };
    return await work(sandboxOf(entry, overrides, hostPaths(path.join(home, 'home'))));
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function exampleMount(
  home: string,
  {
    mount: { name, mode, kind },
    files,
  }: {
    readonly mount: Entry['permissions']['mounts'][number];
    readonly files: Readonly<Record<string, string>>;
  },
): Promise<MountRequest> {
  const hostPath = await mkdtemp(path.join(home, `${name}-`));
  await chmod(hostPath, 0o777); // the image's user is nobody on this machine
  await chmod(home, 0o755);
  const own = Object.entries(files)
    .filter(([file]) => file.startsWith(`${name}/`))
    .map(([file, text]) => ({ file: file.slice(name.length + 1), text }));
  const [only = { file: name, text: '' }] = own;
  for (const one of kind === 'file' ? [only] : own) await putFile(hostPath, one);
  return { name, hostPath: kind === 'file' ? path.join(hostPath, only.file) : hostPath, mode };
}

/** The server's user may read and change it, as a user's own. */
async function putFile(folder: string, { file, text }: { file: string; text: string }): Promise<void> {
  const parts = file.split('/').slice(0, -1);
  for (const [index] of parts.entries()) {
    const inner = path.join(folder, ...parts.slice(0, index + 1));
    await makeFolder(inner);
    await chmod(inner, 0o777);
  }
  await writeFile(path.join(folder, file), text);
  await chmod(path.join(folder, file), 0o666);
}

/** What the entry says for its smoke test, else its example. */
function exampleSettings(entry: Entry): Record<string, string> {
  const settings = Object.entries(entry.env).flatMap(([name, { example, required }]) => {
    const value = ownValue(entry.smoke.env, name) ?? (required ? example : undefined);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(settings);
}
