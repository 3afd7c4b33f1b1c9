import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import type { Entry } from './entry.ts';
import { Lock } from './lock.ts';
import type { Problem } from './problem.ts';
import { parseSource } from './source.ts';

export interface LockRead {
  /** Undefined if there is none, or none that fits. */
  readonly lock: Lock | undefined;
  readonly problems: readonly Problem[];
}

/** Reads a `lock.json` and says everything that is wrong with it; it must be of the package that its entry names. */
export async function readLock(file: string, entry: Entry | undefined): Promise<LockRead> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return { lock: undefined, problems: [] };
  const value = parsed(text);
  if (value === undefined) return refused(file, ['it is not JSON']);
  const result = Lock.safeParse(value);
  if (!result.success)
    return refused(
      file,
      result.error.issues.map((issue) => messageOf(issue, value)),
    );
  const source = entry === undefined ? undefined : parseSource(entry.source);
  const wanted = source === undefined ? result.data.source : `${source.kind}:${source.name}`;
  if (result.data.source !== wanted)
    return refused(file, [`it is of ${result.data.source}, and the entry's source is ${wanted}`]);
  return { lock: result.data, problems: [] };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refused(file: string, messages: readonly string[]): LockRead {
  const problems = messages.map((message) => ({
    file,
    line: 0,
    column: 0,
    message: `the lock is not valid: ${message}`,
    hint: 'it is machine-written: mcpcat update NAME',
  }));
  return { lock: undefined, problems };
}

/** An artifact is named, because its number says nothing to a person. */
function messageOf({ path, message }: z.core.$ZodIssue, value: unknown): string {
  const [list, index] = path;
  const artifact =
    list === 'artifacts' && typeof index === 'number' ? field(field(value, list), index) : undefined;
  const name = field(artifact, 'name');
  const version = field(artifact, 'version');
  const subject = typeof name === 'string' ? ` (${name}@${String(version)})` : '';
  return `${path.map(String).join('.')}${subject}: ${message.replace(/^Invalid input: /, '')}`;
}

function field(value: unknown, name: string | number): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
