import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Entry } from '../catalog/entry.ts';
import { hostPaths } from '../sandbox/paths.ts';
import { sandboxOf } from '../sandbox/policy.ts';
import type { MountRequest, Sandbox } from '../sandbox/sandbox.ts';

/**
 * The sandbox of an entry with its example settings, for the time of `work`; `given` settings take the place of examples.
 * Every declared folder is one of our own, gone afterwards: empty but for `smoke.files`.
 */
export async function withExampleSandbox<T>(
  entry: Entry,
  work: (sandbox: Sandbox) => Promise<T>,
  given: Readonly<Record<string, string>> = {},
): Promise<T> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'mcpcat-test-'));
  try {
    const mounts = await Promise.all(entry.permissions.mounts.map((mount) => exampleMount(home, mount)));
    await writeFiles(entry, mounts);
    const overrides = { env: { ...exampleSettings(entry), ...given }, mounts, args: entry.smoke.args };
    return await work(sandboxOf(entry, overrides, hostPaths(path.join(home, 'home'))));
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function exampleMount(
  home: string,
  { name, mode }: Entry['permissions']['mounts'][number],
): Promise<MountRequest> {
  const hostPath = await mkdtemp(path.join(home, `${name}-`));
  await chmod(hostPath, 0o777); // the image's user is nobody on this machine
  await chmod(home, 0o755);
  return { name, hostPath, mode };
}

async function writeFiles({ smoke }: Entry, mounts: readonly MountRequest[]): Promise<void> {
  for (const [file, text] of Object.entries(smoke.files)) {
    const [name, ...segments] = file.split('/');
    const folder = mounts.find((mount) => mount.name === name)?.hostPath;
    if (folder === undefined) continue; // refused when the entry was read
    const target = path.join(folder, ...segments);
    await mkdir(path.dirname(target), { recursive: true, mode: 0o755 });
    await writeFile(target, text);
    await chmod(target, 0o644);
  }
}

/** What the entry says for its smoke test, else its example. */
function exampleSettings(entry: Entry): Record<string, string> {
  const settings = Object.entries(entry.env).flatMap(([name, { example, required }]) => {
    const value = entry.smoke.env[name] ?? (required ? example : undefined);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(settings);
}
