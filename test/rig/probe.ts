import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Entry } from '../../src/catalog/entry.ts';
import type { Attachment, ContainerEnd, ContainerFacts, Engine } from '../../src/engine/engine.ts';
import { hostPaths } from '../../src/sandbox/paths.ts';
import { sandboxOf } from '../../src/sandbox/policy.ts';
import type { Overrides, Sandbox } from '../../src/sandbox/sandbox.ts';
import { settingsOf } from '../../src/sandbox/settings.ts';
import { buildImage } from './build-image.ts';
import { ownBases, project, testLabel } from './engine.ts';

const probeFolder = path.join(project, 'test/fixtures/probe');
/** Marks the containers of this test process, so that all of them can be found and removed. */
const ours = { ...testLabel, 'io.mcpcat.test.probe': String(process.pid) };
const timeoutMs = 60_000;

/** An entry with the schema's defaults and what the test adds. */
export function entryOf(more: Readonly<Record<string, unknown>> = {}): Entry {
  return Entry.parse({
    name: 'fixture-probe',
    title: 'Probe',
    description: 'Measures the sandbox from inside.',
    categories: ['testing'],
    repository: 'https://example.com/fixture',
    license: 'MIT',
    source: 'npm:fixture',
    command: ['fixture'],
    ...more,
  });
}

/** The settings that both verbs would use for this entry. */
export function probeSandbox(entry: Entry, overrides: Partial<Overrides> = {}): Sandbox {
  return sandboxOf(entry, { env: {}, mounts: [], args: [], ...overrides }, hostPaths('/nonexistent'));
}

/** Compiles the hostile program; a machine without musl-gcc fails here with one line. */
export function compileHostile(): Buffer {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-probe-'));
  const out = path.join(folder, 'hostile');
  const flags = ['-static', '-Os', '-Wall', '-Wextra', '-Werror', '-o', out];
  try {
    execFileSync('musl-gcc', [...flags, path.join(probeFolder, 'hostile.c')], { stdio: 'inherit' });
    return readFileSync(out);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The probe on the node runtime base; the image itself says `root` and holds a setuid program, to be overruled. */
export async function probeImage(engine: Engine, tag: string): Promise<string> {
  const bases = await ownBases();
  const hostile = compileHostile();
  const dockerfile = [
    `FROM ${bases.node.runtime.reference}`,
    'COPY files/ /app/',
    'USER 0:0',
    // COPY drops the bit.
    `RUN ["/usr/local/bin/node", "-e", "fs.chmodSync('/app/setuid', 0o6755)"]`,
    'ENTRYPOINT ["/mcpcat-init", "--", "/usr/local/bin/node", "/app/probe.js"]',
  ];
  const files = { hostile, setuid: hostile, 'probe.js': readFileSync(path.join(probeFolder, 'probe.js')) };
  await buildImage(engine, tag, { dockerfile, files, labels: testLabel });
  return tag;
}

export interface ProbeRun {
  readonly id: string;
  readonly attachment: Attachment;
  readonly ended: Promise<ContainerEnd>;
}

/** Starts the probe with exactly the settings of src/sandbox; the container is removed whatever happens. */
export async function withProbe<T>(
  engine: Engine,
  {
    sandbox,
    image,
    entrypoint,
  }: { readonly sandbox: Sandbox; readonly image: string; readonly entrypoint?: readonly string[] },
  work: (run: ProbeRun) => Promise<T>,
): Promise<T> {
  const settings = settingsOf(sandbox, { image, labels: ours, autoRemove: false });
  const id = await engine.createContainer(entrypoint === undefined ? settings : { ...settings, entrypoint });
  try {
    const ended = engine.waitContainer(id, 'next-exit');
    ended.catch(() => undefined);
    const attachment = await engine.attachContainer(id);
    try {
      await engine.startContainer(id);
      return await work({ id, attachment, ended });
    } finally {
      attachment.destroy();
    }
  } finally {
    await engine.removeContainer(id);
  }
}

export interface Measured {
  readonly answer: unknown;
  readonly stderr: string;
  readonly end: ContainerEnd;
  readonly facts: ContainerFacts | undefined;
}

/** Runs one measurement to its end; `answer` is undefined if the probe could not give any. */
export async function measure(
  engine: Engine,
  request: { readonly sandbox: Sandbox; readonly image: string },
): Promise<Measured> {
  return withProbe(engine, request, async ({ id, attachment, ended }) => {
    const stderr = text(attachment.stderr);
    const line = await within(firstLine(attachment), 'an answer of the probe');
    attachment.stdin.end();
    const end = await within(ended, 'the end of the probe');
    return {
      answer: answerOf(line),
      stderr: await within(stderr, 'the end of stderr'),
      end,
      facts: await engine.inspectContainer(id),
    };
  });
}

function answerOf(line: string): unknown {
  return line === '' ? undefined : JSON.parse(line);
}

/** Up to the first line feed, or all there is. */
export async function firstLine({ stdout }: Attachment): Promise<string> {
  let seen = '';
  const found = Promise.withResolvers<string>();
  stdout.on('data', (chunk: Buffer) => {
    seen += chunk.toString();
    if (seen.includes('\n')) found.resolve(seen.slice(0, seen.indexOf('\n')));
  });
  stdout.on('end', () => found.resolve(seen));
  stdout.on('close', () => found.resolve(seen));
  return found.promise;
}

export async function within<T>(promise: Promise<T>, what: string, milliseconds = timeoutMs): Promise<T> {
  const stop = new AbortController();
  const late = sleep(milliseconds, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`expected ${what} within ${String(milliseconds)} ms`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    stop.abort();
  }
}

/** Removes what a failed test may have left. */
export async function removeProbes(engine: Engine, image: string): Promise<void> {
  for (const { id } of await engine.listContainers(ours)) await engine.removeContainer(id);
  await engine.removeImage(image, { force: true });
}
