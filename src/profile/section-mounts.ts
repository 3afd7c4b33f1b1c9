import type { PlatformPath } from 'node:path';
import { mountText, pathProblem } from '../sandbox/mount-text.ts';
import type { MountRequest } from '../sandbox/sandbox.ts';
import type { ServerSection } from './profile-file.ts';

/** What a path in a profile is read with. */
export interface MountPlaces {
  /** What `~/` stands for. */
  readonly home: string;
  readonly path: PlatformPath;
  /** A path as a user may have written it → as this machine has it. */
  readonly localPath: (text: string) => string;
}

interface Fault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly hint?: string;
}

interface Mounts {
  readonly requests: readonly MountRequest[];
  readonly faults: readonly Fault[];
}

/** The folders that a section hands over. Paths are absolute, or below the home: no profile lies in a project. */
export function mountsIn({ mounts }: Pick<ServerSection, 'mounts'>, places: MountPlaces): Mounts {
  const read = Object.entries(mounts).flatMap(([name, given]) =>
    Array.isArray(given)
      ? given.map((text, index) => mountIn({ name, text, path: ['mounts', name, index] }, places))
      : [mountIn({ name, text: given, path: ['mounts', name] }, places)],
  );
  return {
    requests: read.flatMap((one) => ('hostPath' in one ? [one] : [])),
    faults: read.flatMap((one) => ('hostPath' in one ? [] : [one])),
  };
}

interface Written {
  readonly name: string;
  readonly text: string;
  readonly path: readonly PropertyKey[];
}

function mountIn(
  { name, text, path: keys }: Written,
  { home, path, localPath }: MountPlaces,
): MountRequest | Fault {
  const { hostPath = '', mode } = mountText(text) ?? {};
  const whole = /^~[/\\]/.test(hostPath) ? path.join(home, hostPath.slice(2)) : hostPath;
  const what = keys.map(String).join('.');
  const problem = pathProblem(whole);
  if (problem !== undefined)
    return {
      path: keys,
      message: `${what}: expected a folder or file, found ${problem.found}`,
      hint: problem.hint,
    };
  if (path.isAbsolute(localPath(whole))) return { name, hostPath: whole, mode };
  const message = `${what}: expected an absolute path or ~/…, found ${JSON.stringify(text)}`;
  return { path: keys, message };
}
