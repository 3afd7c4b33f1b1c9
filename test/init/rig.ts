import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const source = path.resolve(import.meta.dirname, '../../src/init');
export const out = mkdtempSync(path.join(tmpdir(), 'mcpcat-init-'));
/** Another build to run these tests against: sanitizers.test.ts sets it. */
const given = process.env['MCPCAT_TEST_INIT'];
export const init = given ?? path.join(out, 'mcpcat-init');
/** Size and memory are promises of the build that goes into images. */
export const isRelease = given === undefined;

/** Compiles the program once; a machine without musl-gcc fails here with make's own line. */
export function compile(): void {
  if (isRelease) make();
}

/** Runs make in src/init, for another target or with variables. */
export function make(...words: readonly string[]): void {
  execFileSync('make', ['-C', source, `OUT=${out}`, ...words], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** What the program's environment always holds here: the path, and where sanitizers report. */
export function baseEnvironment(): Record<string, string> {
  const names = ['PATH', 'ASAN_OPTIONS', 'UBSAN_OPTIONS'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

export function removeOutput(): void {
  rmSync(out, { recursive: true, force: true });
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

export interface StartedInit {
  readonly process: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
}

/** Starts a command under mcpcat-init; `namespace` makes it the real process 1 of a pid namespace. */
export function startInit(
  command: readonly string[],
  options: {
    readonly env?: Readonly<Record<string, string>>;
    readonly namespace?: boolean;
    /** As `mcpcat-init limit` has them. */
    readonly limits?: readonly string[];
  } = {},
): StartedInit {
  const limited = options.limits === undefined ? [] : ['limit', ...options.limits];
  const words = [init, ...limited, '--', ...command];
  const all =
    options.namespace === true
      ? ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child', ...words]
      : words;
  const started = performance.now();
  const child = spawn(all[0] ?? '', all.slice(1), {
    env: { ...baseEnvironment(), ...options.env },
    stdio: 'pipe',
  });
  const text = { stdout: '', stderr: '' };
  child.stdin.on('error', () => undefined);
  child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...text, milliseconds: performance.now() - started }));
  });
  return { process: child, ended };
}

/** Waits until stdout holds the text; the test's own timeout bounds it. */
export async function saw(runningInit: StartedInit, wanted: string): Promise<void> {
  let seen = '';
  await new Promise<void>((resolve) => {
    const look = (chunk: Buffer): void => {
      seen += chunk.toString();
      if (!seen.includes(wanted)) return;
      runningInit.process.stdout.off('data', look);
      resolve();
    };
    runningInit.process.stdout.on('data', look);
  });
}

export function record(...records: readonly string[]): Buffer {
  const body = Buffer.from(records.map((text) => `${text}\0`).join(''));
  return Buffer.concat([Buffer.from(`MCPCAT1 ${String(body.length)}\n`), body]);
}
