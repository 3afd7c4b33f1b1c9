import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { loadBases } from '../../src/base/references.ts';
import { connectEngine } from '../../src/engine/connect.ts';
import { label } from '../../src/lib/labels.ts';
import type { Engine, Platform } from '../../src/engine/engine.ts';
import { buildImage } from './build-image.ts';

export const project = path.resolve(import.meta.dirname, '../..');
export const mcpcat = path.join(project, 'bin/mcpcat.js');
/** On every container and image that tests make themselves. */
export const testLabel = { 'io.mcpcat.test': '1' };
/** What an image says that `build` would have made of a fixture's entry: of its package, and with nothing permitted. */
export const fixtureLabels = {
  ...testLabel,
  [label.source]: 'npm:fixture',
  [label.permissions]: JSON.stringify({ network: [], mounts: [], writable: [] }),
};

/** The real engine; a machine without one fails here with the adapter's own line. */
export async function testEngine(): Promise<Engine> {
  const engine = await connectEngine({ env: process.env });
  await engine.info();
  return engine;
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs mcpcat to its end. */
export async function run(
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly input?: string } = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [mcpcat, ...args],
      { env: { ...process.env, NO_COLOR: '1', ...options.env }, maxBuffer: 128 << 20, cwd: project },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, stdout, stderr });
      },
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });
}

export const ownPlatform: Platform = process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64';

/** The bases of this machine's platform. */
export function ownBases(): ReturnType<typeof loadBases> {
  return loadBases(path.join(project, 'templates'), ownPlatform);
}

/** An image on a runtime base with one fixture in it, started by mcpcat-init as every server is. */
export async function fixtureImage(
  engine: Engine,
  {
    tag,
    files,
    entrypoint,
    base = 'node',
  }: {
    tag: string;
    files: Readonly<Record<string, string>>;
    entrypoint: readonly string[];
    base?: 'node' | 'go';
  },
): Promise<string> {
  const bases = await ownBases();
  const dockerfile = [
    `FROM ${bases[base].runtime.reference}`,
    'COPY files/ /app/',
    'USER 65532:65532',
    `ENTRYPOINT ${JSON.stringify(['/mcpcat-init', '--', ...entrypoint])}`,
  ];
  await buildImage(engine, tag, { dockerfile, files, labels: fixtureLabels });
  return tag;
}

/** Resolves once the check holds; rejects with what it last saw. */
export async function eventually<T>(
  look: () => Promise<T>,
  holds: (value: T) => boolean,
  { withinMs = 60_000 }: { withinMs?: number } = {},
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await look();
    if (holds(value)) return value;
    if (Date.now() > deadline)
      throw new Error(`still not so after ${String(withinMs)} ms: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** No container with these labels is more than a removal under way, and that comes to its end. */
export async function noneLeft(
  engine: Pick<Engine, 'listContainers'>,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  const found = await engine.listContainers(labels);
  assert.deepEqual(
    found.filter(({ state }) => state !== 'removing' && state !== 'dead'),
    [],
  );
  await eventually(
    () => engine.listContainers(labels),
    (left) => left.length === 0,
    { withinMs: 30_000 },
  );
}
