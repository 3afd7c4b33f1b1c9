import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import type { ContainerSettings, Engine } from '../engine/engine.ts';
import { label } from '../lib/labels.ts';
import { within } from '../lib/within.ts';
import { ownedLabels } from '../sandbox/owner.ts';
import { refuseDifferences } from '../sandbox/differences.ts';
import { settingsOf } from '../sandbox/settings.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { stillThere } from './read-back.ts';

export interface ConfinedScript {
  readonly engine: Engine;
  /** Has sh and tar. */
  readonly image: string;
  /** How the container is labelled. */
  readonly name: string;
  /** A tar. Its file `run` is what sh runs, in the folder into which all was unpacked. */
  readonly input: Readable;
  readonly signal?: AbortSignal | undefined;
}

export interface ScriptEnd {
  readonly exitCode: number;
  readonly stdout: string;
  /** Its last lines. */
  readonly stderr: readonly string[];
}

/** Bytes; an eighth of it is what /tmp may hold (settings.ts): the indexes of one architecture take some 150 MB there. */
const memoryBytes = 4 * 1024 ** 3;
const folder = '/tmp';
/** Milliseconds that an engine has to say that a container is gone, after it has taken the request to remove it. */
const removalMs = 30_000;

/**
 * Runs a script in a container that has what any server's has: no network, no rights, no root, a read-only file system.
 * What it works on comes through its stdin, what it finds out through its stdout; the container is gone afterwards.
 */
export async function runConfined(request: ConfinedScript): Promise<ScriptEnd> {
  const { engine, input, signal } = request;
  const settings = settingsFor(request);
  const id = await engine.createContainer(settings);
  const kill = (): void => void engine.killContainer(id, 'SIGKILL').catch(() => undefined);
  signal?.addEventListener('abort', kill, { once: true });
  try {
    await readBack(engine, { id, settings });
    const attachment = await engine.attachContainer(id);
    const watching = Promise.withResolvers<void>();
    const ended = engine.waitContainer(id, 'next-exit', watching.resolve);
    await Promise.race([watching.promise, ended]);
    const output = Promise.all([buffer(attachment.stdout), buffer(attachment.stderr)]);
    await engine.startContainer(id);
    // A script that ends early leaves its input unread; how it ended says more than that.
    const fed = pipeline(input, attachment.stdin).catch(() => undefined);
    const [{ exitCode }, [stdout, stderr]] = await Promise.all([ended, output]);
    attachment.destroy();
    await fed;
    return { exitCode, stdout: stdout.toString(), stderr: lastLines(stderr.toString()) };
  } finally {
    signal?.removeEventListener('abort', kill);
    await engine.removeContainer(id);
    // The engine removes it by itself as well, and may be at it still. What the script said does not depend on that.
    await within(
      engine.waitContainer(id, 'removed').catch(() => undefined),
      removalMs,
    );
  }
}

/** As with servers: what is not as it was asked for is never started. */
async function readBack(
  engine: Engine,
  { id, settings }: { readonly id: string; readonly settings: ContainerSettings },
): Promise<void> {
  const { recorded } = stillThere(await engine.inspectContainer(id));
  refuseDifferences(settings, recorded);
}

function lastLines(text: string): string[] {
  return text.split('\n').filter(Boolean).slice(-30);
}

function settingsFor({ name, image }: ConfinedScript): ContainerSettings {
  const labels = ownedLabels({ [label.server]: name, [label.role]: 'test' });
  const settings = settingsOf(sandboxNamed(name), { image, labels, autoRemove: true });
  return {
    ...settings,
    // None of process 1's variables: a build base has no mcpcat-init.
    env: { LC_ALL: 'C.UTF-8', HOME: folder, TMPDIR: folder, PATH: '/usr/local/bin:/usr/sbin:/usr/bin' },
    entrypoint: ['/usr/bin/sh', '-c', `cd ${folder} && tar -x -f - && exec sh ./run`],
    command: [],
  };
}

function sandboxNamed(name: string): Sandbox {
  return {
    name,
    env: {},
    secrets: {},
    args: [],
    mounts: [],
    handed: [],
    written: [],
    user: '65532:65532',
    writable: [folder],
    memoryBytes,
    cpus: 2,
    pids: 64,
    shmBytes: undefined,
    network: [],
    readsResolvConf: false,
  };
}
