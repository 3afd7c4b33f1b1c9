import { mkdtemp, rm, chmod } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Entry } from '../catalog/entry.ts';
import type { Attachment, Engine, Labels } from '../engine/engine.ts';
import { handshake } from '../mcp/handshake.ts';
import { speaksModern } from '../mcp/modern.ts';
import type { ToolFacts } from '../mcp/handshake.ts';
import { hostPaths } from '../sandbox/paths.ts';
import { sandboxOf } from '../sandbox/policy.ts';
import type { MountRequest, Sandbox } from '../sandbox/sandbox.ts';
import { preambleOf, settingsOf } from '../sandbox/settings.ts';
import type { Observation } from './observation.ts';

export interface ObserveRequest {
  readonly engine: Engine;
  readonly entry: Entry;
  readonly image: string;
  readonly labels: Labels;
  readonly knownTools: readonly ToolFacts[] | undefined;
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Longest wait for the end after the input has ended: beyond all graces of mcpcat-init. */
const exitPatienceMs = 8000;
const keptLines = 40;

/** Runs the image in the sandbox with the entry's example settings and watches it from handshake to end. */
export async function observe(request: ObserveRequest): Promise<Observation> {
  return withExampleSandbox(request.entry, async (sandbox) => watchSession(request, sandbox));
}

/** Whether it speaks the modern revision, asked in a container of its own. */
export async function observeModern(request: ObserveRequest): Promise<boolean> {
  return withExampleSandbox(request.entry, (sandbox) =>
    inContainer(request, {
      sandbox,
      work: ({ attachment }) => speaksModern(attachment, Math.min(request.deadlineMs, 10_000)),
    }),
  );
}

async function watchSession(request: ObserveRequest, sandbox: Sandbox): Promise<Observation> {
  const { engine, entry, knownTools, deadlineMs } = request;
  return inContainer(request, {
    sandbox,
    work: async ({ attachment, id, stderr, ended }) => {
      let idle: { processes: readonly string[]; memory: number | undefined } = {
        processes: [],
        memory: undefined,
      };
      const beforeClose = async (): Promise<void> => {
        idle = await measureIdle(engine, id);
      };
      const result = await handshake(attachment, { deadlineMs, call: entry.smoke.call, beforeClose });
      const closed = performance.now();
      attachment.stdin.end();
      const end = await within(ended, exitPatienceMs);
      const exitMs = end === undefined ? undefined : performance.now() - closed;
      const facts = await engine.inspectContainer(id);
      const changes = await engine.containerChanges(id).catch(() => []);
      return {
        entry,
        knownTools,
        handshake: result,
        stderr,
        ...idle,
        exitMs,
        exitCode: end?.exitCode,
        outOfMemory: facts?.outOfMemory ?? false,
        changes,
      };
    },
  });
}

interface Session {
  readonly id: string;
  readonly attachment: Attachment;
  /** Grows while the server writes; the last lines only. */
  readonly stderr: string[];
  readonly ended: Promise<{ readonly exitCode: number }>;
}

/** The container is removed whatever happens, also when the user gives up. */
async function inContainer<T>(
  { engine, image, labels, signal }: ObserveRequest,
  { sandbox, work }: { readonly sandbox: Sandbox; readonly work: (session: Session) => Promise<T> },
): Promise<T> {
  signal?.throwIfAborted();
  const id = await engine.createContainer(settingsOf(sandbox, { image, labels, autoRemove: false }));
  const cancel = (): void => void engine.removeContainer(id).catch(() => undefined);
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    const ended = engine.waitContainer(id, 'next-exit');
    ended.catch(() => undefined); // only who waits for it cares
    const attachment = await engine.attachContainer(id);
    const stderr = collect(attachment);
    const preamble = preambleOf(sandbox);
    if (preamble) attachment.stdin.write(preamble);
    await engine.startContainer(id);
    try {
      return await work({ id, attachment, stderr, ended });
    } finally {
      attachment.destroy();
    }
  } finally {
    signal?.removeEventListener('abort', cancel);
    await engine.removeContainer(id);
  }
}

function collect({ stderr }: Attachment): string[] {
  const lines: string[] = [];
  let rest = '';
  stderr.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = (parts.pop() ?? '').slice(-1000);
    lines.push(...parts.map((line) => line.slice(0, 1000)));
    lines.splice(0, lines.length - keptLines);
  });
  stderr.on('error', () => undefined);
  return lines;
}

async function measureIdle(
  engine: Engine,
  id: string,
): Promise<{ processes: readonly string[]; memory: number | undefined }> {
  const [processes, memory] = await Promise.all([
    engine.containerProcesses(id).catch(() => []),
    engine.containerMemory(id).catch(() => undefined),
  ]);
  return { processes: processes.filter((line) => !line.startsWith('/mcpcat-init')), memory: memory?.now };
}

async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T | undefined> {
  const deadline = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => deadline.resolve(undefined), milliseconds);
  try {
    return await Promise.race([promise, deadline.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Every declared folder is an empty one of our own, gone afterwards. */
async function withExampleSandbox<T>(entry: Entry, work: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'mcpcat-test-'));
  try {
    const mounts = await Promise.all(entry.permissions.mounts.map((mount) => exampleMount(home, mount)));
    const overrides = { env: exampleSettings(entry), mounts, args: entry.smoke.args };
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

/** What the entry says for its smoke test, else its example. */
function exampleSettings(entry: Entry): Record<string, string> {
  const settings = Object.entries(entry.env).flatMap(([name, { example, required }]) => {
    const value = entry.smoke.env[name] ?? (required ? example : undefined);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(settings);
}
