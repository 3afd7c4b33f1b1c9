import { McpcatError } from '../lib/errors.ts';
import { mountText, pathProblem } from '../sandbox/mount-text.ts';
import type { MountRequest } from '../sandbox/sandbox.ts';

/** `NAME=PATH[:ro|rw|rw-all]`; whether a name may stand twice is the entry's to say. Throws `usage` with what to type. */
export function mountRequests(texts: readonly string[]): MountRequest[] {
  return texts.map(mountRequest);
}

function mountRequest(text: string): MountRequest {
  const [, name = '', rest = ''] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  const handed = mountText(rest);
  if (handed === undefined)
    throw new McpcatError('usage', `--mount: expected NAME=PATH[:ro|rw|rw-all], found "${text}"`);
  refuseUnexpanded(text, handed.hostPath);
  return { name, ...handed };
}

function refuseUnexpanded(text: string, hostPath: string): void {
  const problem = pathProblem(hostPath);
  if (problem === undefined) return;
  const { found, hint } = problem;
  throw new McpcatError('usage', `--mount: expected a folder or file, found ${found}: "${text}"`, { hint });
}
