import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { filesOfGoZip } from '../base/overlay.ts';
import { Store } from '../fetch/store.ts';
import { thisHost } from '../host/this-host.ts';
import { McpcatError } from '../lib/errors.ts';
import { projectFolder } from '../lib/project.ts';
import { wholeFolder } from '../lib/whole-folder.ts';

const Tool = z.object({
  version: z.string(),
  files: z.record(z.string(), z.object({ url: z.string(), sha256: z.string() })),
});

export interface GoProgramRequest {
  readonly cacheFolder: string;
  /** With `tools/go.json`; what came with this program if undefined. */
  readonly templates?: string | undefined;
  /** Names the mirrors. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The go command for this machine's own system, by the hash in `templates/tools/go.json`: its toolchain is a module like
 * any other (go.dev/doc/toolchain). What the machine has installed is never asked. Resolves to the path of the program,
 * unpacked once for all users of the cache. Rejects with `lock-refused` for a system that is not in the list.
 */
export async function goProgram(request: GoProgramRequest): Promise<string> {
  const tool = await goTool(request);
  const program = path.join(tool.folder, 'bin', 'go');
  if (existsSync(program)) return program;
  const { cacheFolder, env, signal } = request;
  const zip = await new Store(cacheFolder, env).get({
    url: tool.url,
    hash: { algorithm: 'sha256', hex: tool.sha256 },
    subject: `go ${tool.version}`,
    signal,
  });
  await wholeFolder(tool.folder, (folder) => unpack(zip, folder));
  return program;
}

interface LockedTool {
  readonly version: string;
  readonly url: string;
  readonly sha256: string;
  /** Where it is unpacked, or will be. */
  readonly folder: string;
}

/** The toolchain that is locked for this machine's system. */
export async function goTool({
  cacheFolder,
  templates = path.join(projectFolder(), 'templates'),
}: Pick<GoProgramRequest, 'cacheFolder' | 'templates'>): Promise<LockedTool> {
  const text = await readFile(path.join(templates, 'tools', 'go.json'), 'utf8');
  const { version, files } = Tool.parse(JSON.parse(text));
  const { platform } = thisHost();
  const file = files[platform];
  if (file === undefined)
    throw new McpcatError('lock-refused', `go, which locks Go servers, is not known for ${platform}`);
  const folder = path.join(cacheFolder, 'tools', `go-${version}-${file.sha256.slice(0, 16)}`);
  return { version, ...file, folder };
}

async function unpack(zip: string, folder: string): Promise<void> {
  const made = new Set<string>();
  for (const { name, content, executable } of await filesOfGoZip(zip, placeOf)) {
    const target = path.join(folder, name);
    if (!made.has(path.dirname(target))) await mkdir(path.dirname(target), { recursive: true });
    made.add(path.dirname(target));
    await writeFile(target, content, { mode: executable ? 0o755 : 0o644 });
  }
}

/** No tests and no compiler: it resolves and lists, and builds nothing here. A name that leads out of the folder is none. */
function placeOf(name: string): string | undefined {
  const inside = /^golang\.org\/toolchain@[^/]+\/(.+)$/.exec(name)?.[1];
  if (inside === undefined || inside.split('/').includes('..')) return undefined;
  const unused = /^(test|doc|api|misc|lib|pkg\/tool)\/|_test\.go$|\/testdata\//.test(inside);
  return unused ? undefined : inside;
}
